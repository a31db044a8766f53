//! Requests on their way to a server, and answers on theirs back.

use async_trait::async_trait;
use futures_util::StreamExt;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, RANGE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpResponseBody, HttpService, ReqwestConnector,
};
use std::error::Error;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::time::{Duration, Instant};

use super::failure::{Failure, What};
use super::link::Link;
use super::provider::Provider;

/// The first pause before a request is made again; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// The longest pause that a server is granted.
const LONGEST_ASKED: Duration = Duration::from_secs(30);
/// How often nobody is called again who does not answer the first calls.
const CALLS: u32 = 2;
/// Bytes of a file up to which all of it is taken where a range is asked for and the server knows none.
const WHOLE: u64 = 8 << 20;
/// Bytes of a refusal that are looked at for its code.
const SEEN: usize = 16 << 10;

/// How long a request is made again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// After the first attempt.
    pub(super) retries: u32,
    /// From the first attempt on.
    pub(super) time: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            retries: 8,
            time: Duration::from_secs(120),
        }
    }
}

/// Makes the wires of one store.
#[derive(Debug)]
pub(super) struct Connector {
    provider: Provider,
    patience: Patience,
}

impl Connector {
    pub(super) fn new(provider: Provider, patience: Patience) -> Self {
        Self { provider, patience }
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        // Where the program has chosen another already, that stays.
        drop(rustls::crypto::ring::default_provider().install_default());
        let connect = |options: &ClientOptions| ReqwestConnector::default().connect(options);
        // A system without certificates still speaks plain HTTP, and an encrypted connection tells what it misses.
        let client = connect(options)
            .or_else(|_| connect(&options.clone().with_no_system_certificates(true)))?;
        Ok(HttpClient::new(Wire {
            client,
            provider: self.provider,
            patience: self.patience,
        }))
    }
}

/// A client that makes requests again, takes answers in whole, and passes on nothing of a refusal but its code.
#[derive(Debug)]
struct Wire {
    client: HttpClient,
    provider: Provider,
    patience: Patience,
}

/// An attempt that failed.
struct Refusal {
    what: What,
    /// How long the server asks to wait.
    pause: Option<Duration>,
}

impl From<What> for Refusal {
    fn from(what: What) -> Self {
        Self { what, pause: None }
    }
}

#[async_trait]
impl HttpService for Wire {
    async fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let began = Instant::now();
        let shown = match request.extensions().get::<Link>().cloned() {
            Some(link) => {
                *request.uri_mut() = link.uri().clone();
                if let Some(basic) = link.authorization() {
                    request.headers_mut().insert(AUTHORIZATION, basic.clone());
                }
                link.shown().to_owned()
            }
            None => without_query(request.uri()),
        };
        let mut attempts = 0;
        loop {
            attempts += 1;
            let refusal = match self.once(request.clone()).await {
                Ok(response) => return Ok(response),
                Err(refusal) => refusal,
            };
            let pause = self.patience.pause(&refusal, attempts, began.elapsed());
            let failure = Failure {
                provider: self.provider,
                what: refusal.what,
                attempts,
            };
            let Some(pause) = pause else {
                // Unknown is what the client does not try again itself.
                return Err(HttpError::new(HttpErrorKind::Unknown, failure));
            };
            tracing::warn!(
                url = shown,
                attempt = attempts,
                why = %failure,
                pause_ms = pause.as_millis() as u64,
                "a request is made again"
            );
            tokio::time::sleep(pause).await;
        }
    }
}

impl Wire {
    /// One attempt.
    async fn once(&self, request: HttpRequest) -> Result<HttpResponse, Refusal> {
        let is_head = request.method() == Method::HEAD;
        let asked = Asked::of(&request);
        let again = (is_head && self.provider == Provider::Web).then(|| request.clone());
        let response = self.execute(request, &asked).await?;
        let has_length = number(response.headers(), &CONTENT_LENGTH).is_some();
        // A URL that is signed is signed for one method, and few are for this one.
        let is_no_answer = match response.status().as_u16() {
            200..300 => !has_length,
            status => matches!(status, 400 | 403 | 405 | 501),
        };
        match again {
            Some(request) if is_no_answer => self.first_byte(request).await,
            _ => self.answered(&asked, response).await,
        }
    }

    async fn execute(&self, request: HttpRequest, asked: &Asked) -> Result<HttpResponse, Refusal> {
        let answer = self.client.execute(request).await;
        answer.map_err(|error| match transport(&error) {
            _ if asked.is_for_credentials => What::NoCredentials.into(),
            what => what.into(),
        })
    }

    /// What a file is, by a range of it.
    async fn first_byte(&self, mut request: HttpRequest) -> Result<HttpResponse, Refusal> {
        *request.method_mut() = Method::GET;
        let first = HeaderValue::from_static("bytes=0-0");
        request.headers_mut().insert(RANGE, first);
        let asked = Asked::of(&request);
        let response = self.execute(request, &asked).await?;
        let headers = response.headers();
        let length = match response.status().as_u16() {
            200 => number(headers, &CONTENT_LENGTH),
            // The other is the answer to a file without bytes.
            206 | 416 => text(headers, &CONTENT_RANGE)
                .and_then(|range| range.rsplit_once('/'))
                .and_then(|(_, len)| len.trim().parse().ok()),
            _ => return self.answered(&asked, response).await,
        };
        let length: u64 = length.ok_or(What::NoLength)?;
        let (mut parts, _) = response.into_parts();
        parts.status = StatusCode::OK;
        parts.headers.remove(CONTENT_RANGE);
        parts.headers.insert(CONTENT_LENGTH, length.into());
        Ok(HttpResponse::from_parts(parts, Vec::new().into()))
    }

    /// The answer in whole, or why it is none.
    async fn answered(
        &self,
        asked: &Asked,
        response: HttpResponse,
    ) -> Result<HttpResponse, Refusal> {
        let (mut parts, body) = response.into_parts();
        let status = parts.status.as_u16();
        if !parts.status.is_success() {
            let pause = number(&parts.headers, &RETRY_AFTER).map(Duration::from_secs);
            let code = code(&parts.headers, &beginning(body).await);
            if asked.is_for_the_client(status, code.as_deref()) {
                let body = code.unwrap_or_default().into();
                return Ok(HttpResponse::from_parts(parts, body));
            }
            let what = if asked.is_for_credentials {
                What::NoCredentials
            } else {
                What::Status { status, code }
            };
            return Err(Refusal { what, pause });
        }
        let mut cut = None;
        if let Some((from, to)) = asked.range {
            let whole = number(&parts.headers, &CONTENT_LENGTH);
            if status == 200 && self.provider == Provider::Web {
                let len = whole.filter(|&len| len <= WHOLE).ok_or(What::Whole)?;
                let to = to.min(len.saturating_sub(1));
                let range = format!("bytes {from}-{to}/{len}");
                let range = HeaderValue::from_str(&range).expect("digits are a header's");
                parts.status = StatusCode::PARTIAL_CONTENT;
                parts.headers.insert(CONTENT_RANGE, range);
                parts.headers.insert(CONTENT_LENGTH, (to + 1 - from).into());
                cut = Some(from as usize..to as usize + 1);
            } else if status == 200 {
                return Err(What::Whole.into());
            }
            let came = text(&parts.headers, &CONTENT_RANGE).and_then(bounds);
            if came.is_some_and(|(at, end)| at != from || end > to) {
                return Err(What::OtherRange.into());
            }
        }
        let bytes = body
            .bytes()
            .await
            .map_err(|error| match transport(&error) {
                What::Other => What::Ended,
                what => what,
            })?;
        let bytes = match cut {
            Some(range) if range.end <= bytes.len() && range.start <= range.end => {
                bytes.slice(range)
            }
            Some(_) => return Err(What::Ended.into()),
            None => bytes,
        };
        if let Some(code) = asked.refused_in(&bytes) {
            let code = Some(code.to_owned());
            return Err(What::Status { status: 500, code }.into());
        }
        Ok(HttpResponse::from_parts(parts, bytes.into()))
    }
}

/// What a request was, as far as its answer depends on it.
struct Asked {
    method: Method,
    /// The first and the last byte.
    range: Option<(u64, u64)>,
    is_listing: bool,
    /// Whether it goes to what a machine knows about itself, and may not be there.
    is_for_credentials: bool,
}

impl Asked {
    fn of(request: &HttpRequest) -> Self {
        let uri = request.uri();
        let query = uri.query().unwrap_or_default();
        let own = [
            "/latest/api/token",
            "/latest/meta-data/",
            "/computeMetadata/v1/",
            "/metadata/identity/",
        ];
        let is_plain = uri.scheme_str() == Some("http");
        Self {
            method: request.method().clone(),
            range: text(request.headers(), &RANGE).and_then(bounds),
            is_listing: query.contains("list-type=") || query.contains("comp=list"),
            is_for_credentials: is_plain
                && request.extensions().get::<Link>().is_none()
                && own.iter().any(|start| uri.path().starts_with(start)),
        }
    }

    /// Whether a refusal is one that the client knows how to take.
    fn is_for_the_client(&self, status: u16, code: Option<&str>) -> bool {
        let is_asking = [Method::GET, Method::HEAD, Method::DELETE].contains(&self.method);
        match status {
            304 | 412 => true,
            404 => {
                let is_of_bucket =
                    code.is_some_and(|code| code.contains("Bucket") || code.contains("Container"));
                is_asking && !self.is_listing && !is_of_bucket && !self.is_for_credentials
            }
            403 => self.is_for_credentials,
            _ => false,
        }
    }

    /// The code of a refusal in an answer that says to be none.
    fn refused_in(&self, body: &[u8]) -> Option<&'static str> {
        let may = [Method::POST, Method::PUT].contains(&self.method);
        let text = std::str::from_utf8(body.get(..body.len().min(SEEN))?).ok()?;
        let codes = ["InternalError", "SlowDown"];
        codes
            .into_iter()
            .find(|code| may && text.contains(&format!("<Code>{code}</Code>")))
    }
}

impl Patience {
    /// How long to wait before the next attempt; nothing where there is none.
    fn pause(self, refusal: &Refusal, attempts: u32, elapsed: Duration) -> Option<Duration> {
        let retries = match refusal.what {
            What::Refused | What::Unreachable => self.retries.min(CALLS),
            _ => self.retries,
        };
        if !refusal.what.may_pass() || attempts > retries {
            return None;
        }
        let doubled = FIRST_PAUSE * (1 << (attempts - 1).min(10));
        let longest = doubled.min(LONGEST_PAUSE);
        // Many that were refused together come back apart.
        let random = RandomState::new().build_hasher().finish() % 1000;
        let pause = longest / 2 + longest / 2 * random as u32 / 1000;
        let pause = pause.max(refusal.pause.unwrap_or_default().min(LONGEST_ASKED));
        (elapsed + pause <= self.time).then_some(pause)
    }
}

/// What a request met that had no answer.
fn transport(error: &HttpError) -> What {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let within = error.downcast_ref::<io::Error>();
        match within.map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => return What::Refused,
            Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
                return What::Unreachable;
            }
            Some(io::ErrorKind::TimedOut) => return What::TimedOut,
            Some(
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof,
            ) => return What::Ended,
            _ => {}
        }
        let inner = within.and_then(io::Error::get_ref);
        let tls = error
            .downcast_ref::<rustls::Error>()
            .or_else(|| inner.and_then(|inner| inner.downcast_ref()));
        if let Some(tls) = tls {
            return What::NotTrusted(tls.to_string());
        }
        cause = error.source();
    }
    match error.kind() {
        HttpErrorKind::Timeout => What::TimedOut,
        HttpErrorKind::Connect => What::Unreachable,
        HttpErrorKind::Request | HttpErrorKind::Interrupted | HttpErrorKind::Decode => What::Ended,
        _ => What::Other,
    }
}

/// The first bytes of a refusal, as far as they come.
async fn beginning(body: HttpResponseBody) -> Vec<u8> {
    let mut stream = body.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(Ok(more)) = stream.next().await {
        bytes.extend_from_slice(&more[..more.len().min(SEEN - bytes.len())]);
        if bytes.len() == SEEN {
            break;
        }
    }
    bytes
}

/// The code of a refusal, where it is a word: letters alone, as no key or signature is for long.
fn code(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let body = String::from_utf8_lossy(body);
    let between = |open: &str, close: char| {
        let (_, rest) = body.split_once(open)?;
        rest.split_once(close).map(|(code, _)| code.trim())
    };
    let header = headers
        .get("x-ms-error-code")
        .and_then(|value| value.to_str().ok());
    let code = header
        .or_else(|| between("<Code>", '<'))
        .or_else(|| between("\"reason\": \"", '"'))?;
    let is_word =
        (2..=48).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_word.then(|| code.to_owned())
}

/// The first and the last byte of `bytes=2-7` and of `bytes 2-7/10`.
fn bounds(range: &str) -> Option<(u64, u64)> {
    let range = range.strip_prefix("bytes")?.trim_start_matches(['=', ' ']);
    let range = range.split('/').next()?;
    let (from, to) = range.split_once('-')?;
    Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
}

fn text<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: &http::HeaderName) -> Option<u64> {
    text(headers, name)?.trim().parse().ok()
}

fn without_query(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let host = uri.authority().map_or("", |authority| {
        authority.as_str().rsplit('@').next().unwrap_or_default()
    });
    format!("{scheme}://{host}{}", uri.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_words_and_nothing_else_is_passed_on() {
        let none = HeaderMap::new();
        let cases = [
            (
                "<Error><Code>AccessDenied</Code><Message>SECRET</Message></Error>",
                Some("AccessDenied"),
            ),
            (
                r#"{"error": {"errors": [{"reason": "forbidden"}]}}"#,
                Some("forbidden"),
            ),
            ("<Code>AKIA0SECRET</Code>", None),
            ("<Code>two words</Code>", None),
            ("SECRET", None),
        ];
        for (body, expected) in cases {
            assert_eq!(code(&none, body.as_bytes()).as_deref(), expected, "{body}");
        }
        let mut azure = HeaderMap::new();
        azure.insert(
            "x-ms-error-code",
            HeaderValue::from_static("ContainerNotFound"),
        );
        assert_eq!(code(&azure, b"").as_deref(), Some("ContainerNotFound"));
        assert_eq!(bounds("bytes=2-7"), Some((2, 7)));
        assert_eq!(bounds("bytes 2-7/10"), Some((2, 7)));
        assert_eq!(bounds("bytes */10"), None);
    }

    #[test]
    fn attempts_are_bounded_in_number_and_in_time() {
        let busy = || What::Status {
            status: 503,
            code: None,
        };
        let patience = Patience {
            retries: 5,
            time: Duration::from_secs(10),
        };
        let pause = |what: What, attempts, elapsed| {
            let elapsed = Duration::from_secs(elapsed);
            patience.pause(&what.into(), attempts, elapsed)
        };
        let first = pause(busy(), 1, 0).expect("another attempt");
        assert!(
            first >= FIRST_PAUSE / 2 && first <= FIRST_PAUSE,
            "{first:?}"
        );
        assert!(pause(busy(), 5, 0).expect("another attempt") >= FIRST_PAUSE * 8);
        assert_eq!(pause(busy(), 6, 0), None);
        assert_eq!(pause(busy(), 1, 10), None);
        assert_eq!(pause(What::Refused, 3, 0), None);
        assert_eq!(pause(What::Whole, 1, 0), None);
        let asked = Refusal {
            what: busy(),
            pause: Some(Duration::from_secs(3)),
        };
        assert_eq!(
            patience.pause(&asked, 1, Duration::ZERO),
            Some(Duration::from_secs(3))
        );
    }
}
