//! A web server on this machine, which keeps files in memory and fails as a test says.
//!
//! It answers as a web server does, as S3 and Google's store do, and as Azure's does, as far as swath asks.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::{azure, bucket, web};

/// What goes wrong with an answer.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// This status, with this body.
    Status(u16, &'static str),
    /// The connection is closed instead of an answer.
    Reset,
    /// The answer has half of its body.
    Cut,
    /// The answer is late.
    Late(Duration),
}

#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pub(crate) tag: String,
}

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without percent signs and the slash that it begins with.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) files: BTreeMap<String, File>,
    pub(crate) buckets: BTreeSet<String>,
    /// Parts of objects that are not whole, by upload and number.
    pub(crate) parts: BTreeMap<(String, String), Vec<u8>>,
    pub(crate) tags: usize,
    faults: Vec<(&'static str, &'static str, usize, Fault)>,
    /// Method and path of every request.
    log: Vec<String>,
    /// What requests said of who they are.
    authorizations: BTreeSet<String>,
}

/// The server; it ends with the test's process.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) host: String,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this machine");
        let server = Self {
            host: listener.local_addr().expect("an address").to_string(),
            state: Arc::default(),
        };
        let state = Arc::clone(&server.state);
        let serve = move || {
            for connection in listener.incoming() {
                let Ok(connection) = connection else { continue };
                let state = Arc::clone(&state);
                let converse = move || converse(connection, &state);
                std::thread::Builder::new()
                    .spawn(converse)
                    .expect("a thread");
            }
        };
        std::thread::Builder::new().spawn(serve).expect("a thread");
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.host)
    }

    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        self.state().put(path, bytes.to_vec());
    }

    pub(crate) fn bucket(&self, name: &str) {
        self.state().buckets.insert(name.to_owned());
    }

    /// The next `times` requests of this method whose path has this in it fail so.
    pub(crate) fn fail(
        &self,
        method: &'static str,
        path: &'static str,
        times: usize,
        fault: Fault,
    ) {
        self.state().faults.push((method, path, times, fault));
    }

    pub(crate) fn heal(&self) {
        self.state().faults.clear();
    }

    /// How many requests there were that begin so: `GET web/a.csv`.
    pub(crate) fn asked(&self, request: &str) -> usize {
        let state = self.state();
        let asked = state.log.iter().filter(|asked| asked.starts_with(request));
        asked.count()
    }

    /// What requests said of who they are.
    pub(crate) fn authorizations(&self) -> Vec<String> {
        self.state().authorizations.iter().cloned().collect()
    }

    /// The keys of a bucket.
    pub(crate) fn keys(&self, bucket: &str) -> Vec<String> {
        let bucket = format!("{bucket}/");
        let state = self.state();
        let keys = state.files.keys();
        keys.filter_map(|key| key.strip_prefix(&bucket))
            .map(str::to_owned)
            .collect()
    }

    /// Parts of objects that were begun and neither finished nor given up.
    pub(crate) fn parts(&self) -> usize {
        self.state().parts.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }
}

impl State {
    pub(crate) fn put(&mut self, path: &str, bytes: Vec<u8>) -> String {
        self.tags += 1;
        let tag = format!("\"tag{}\"", self.tags);
        let file = File {
            bytes,
            tag: tag.clone(),
        };
        self.files.insert(path.to_owned(), file);
        tag
    }

    fn fault(&mut self, request: &Request) -> Option<Fault> {
        let fault = self.faults.iter_mut().find(|(method, path, times, _)| {
            *method == request.method && request.path.contains(path) && *times > 0
        })?;
        fault.2 -= 1;
        Some(fault.3.clone())
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let first = request.path.split('/').next().unwrap_or_default();
        if self.buckets.contains(first) || request.header("x-ms-version").is_some() {
            match request.header("x-ms-version") {
                Some(_) => azure::answer(self, request),
                None => bucket::answer(self, request),
            }
        } else if request
            .header("authorization")
            .is_some_and(|who| who.starts_with("AWS4"))
            || request.query("list-type").is_some()
        {
            bucket::no_bucket()
        } else {
            web::answer(self, request)
        }
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let pair = self.query.iter().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.as_str())
    }

    /// The first byte that is asked for, and that behind the last.
    pub(crate) fn range(&self, len: usize) -> Option<(usize, usize)> {
        let range = self.header("range")?.strip_prefix("bytes=")?;
        let (from, to) = range.split_once('-')?;
        let to: usize = to.parse().ok()?;
        Some((from.parse().ok()?, (to + 1).min(len)))
    }

    fn read(from: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        from.read_line(&mut line).ok()?;
        let mut words = line.split_ascii_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            from.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let len = headers.get("content-length").map_or("0", String::as_str);
        let mut body = vec![0; len.parse().ok()?];
        from.read_exact(&mut body).ok()?;
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        };
        Some(Self {
            method,
            path: decoded(path.trim_start_matches('/')),
            query: query.split('&').map(pair).collect(),
            headers,
            body,
        })
    }
}

impl Answer {
    pub(crate) fn of(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A file, or the range of it that is asked for.
    pub(crate) fn file(file: &File, request: &Request) -> Self {
        if request
            .header("if-match")
            .is_some_and(|tag| tag != file.tag)
        {
            return Self::of(412, "<Error><Code>PreconditionFailed</Code></Error>");
        }
        let len = file.bytes.len();
        let answer = match request.range(len) {
            Some((from, to)) if from < to => Self::of(206, &file.bytes[from..to])
                .with("Content-Range", format!("bytes {from}-{}/{len}", to - 1)),
            Some(_) => return Self::of(416, "").with("Content-Range", format!("bytes */{len}")),
            None => Self::of(200, file.bytes.clone()),
        };
        answer
            .with("ETag", file.tag.clone())
            .with("Last-Modified", MODIFIED)
    }

    /// Whether the connection ends with it.
    fn ends(&self) -> bool {
        self.headers.iter().any(|(name, _)| *name == "Connection")
    }

    fn write(&self, to: &mut TcpStream, is_head: bool, is_cut: bool) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} Said\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let has_length = self
            .headers
            .iter()
            .any(|(name, _)| *name == "Content-Length");
        if !has_length && !self.ends() {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        to.write_all(format!("{head}\r\n").as_bytes())?;
        if !is_head {
            let len = self.body.len() / if is_cut { 2 } else { 1 };
            to.write_all(&self.body[..len])?;
        }
        to.flush()
    }
}

/// When every file was changed.
pub(crate) const MODIFIED: &str = "Tue, 01 Jul 2025 10:00:00 GMT";

fn converse(mut connection: TcpStream, state: &Mutex<State>) {
    // Else the end of each answer waits for a timer.
    let prompt = connection.set_nodelay(true);
    let (Ok(()), Ok(reading)) = (prompt, connection.try_clone()) else {
        return;
    };
    let mut reading = BufReader::new(reading);
    while let Some(request) = Request::read(&mut reading) {
        let is_head = request.method == "HEAD";
        let fault = {
            let mut state = state.lock().expect("no panic");
            state
                .log
                .push(format!("{} {}", request.method, request.path));
            if let Some(who) = request.header("authorization") {
                state.authorizations.insert(who.to_owned());
            }
            state.fault(&request)
        };
        let answered = match fault {
            Some(Fault::Status(status, body)) => {
                Answer::of(status, body).write(&mut connection, is_head, false)
            }
            Some(Fault::Reset) => break,
            Some(Fault::Cut) => {
                let answer = state.lock().expect("no panic").answer(&request);
                // Nothing is left to be said if this fails.
                drop(answer.write(&mut connection, is_head, true));
                break;
            }
            late => {
                if let Some(Fault::Late(time)) = late {
                    std::thread::sleep(time);
                }
                let answer = state.lock().expect("no panic").answer(&request);
                let written = answer.write(&mut connection, is_head, false);
                if answer.ends() {
                    break;
                }
                written
            }
        };
        if answered.is_err() {
            break;
        }
    }
    drop(connection.shutdown(Shutdown::Both));
}

pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten();
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
            at += 1;
        }
    }
    String::from_utf8(out).expect("names are text")
}
