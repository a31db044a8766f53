//! Why a request gave nothing, in words that hold nothing of what a server said.

use std::error::Error;
use std::fmt;
use std::io;

use super::provider::Provider;

/// A request that failed for good, after so many attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(super) provider: Provider,
    pub(super) what: What,
    pub(super) attempts: u32,
}

/// What happened to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The server said no.
    Status {
        status: u16,
        /// A word of letters, such as `AccessDenied`; nothing else of an answer is passed on.
        code: Option<String>,
    },
    /// Nobody listens there.
    Refused,
    /// There is no way there.
    Unreachable,
    TimedOut,
    /// The answer broke off.
    Ended,
    /// The server is not who it should be, or speaks no TLS; in the words of the TLS library.
    NotTrusted(String),
    /// A range was asked for, and all came.
    Whole,
    /// Another range came.
    OtherRange,
    /// The server does not say how long the file is.
    NoLength,
    /// Neither options nor the environment nor the machine have any.
    NoCredentials,
    /// None of these.
    Other,
}

impl What {
    /// Whether the same request may be answered a little later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Status { status, .. } => {
                matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
            }
            Self::Refused | Self::Unreachable | Self::TimedOut | Self::Ended => true,
            _ => false,
        }
    }
}

impl Failure {
    /// The failure that an error of a client carries.
    pub(crate) fn within(error: &object_store::Error) -> Option<Self> {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if let Some(failure) = error.downcast_ref::<Self>() {
                return Some(failure.clone());
            }
            cause = error.source();
        }
        None
    }

    pub(crate) fn kind(&self) -> io::ErrorKind {
        match self.what {
            What::Status { status: 404, .. } => io::ErrorKind::NotFound,
            What::Status {
                status: 401 | 403, ..
            }
            | What::NoCredentials => io::ErrorKind::PermissionDenied,
            What::Refused => io::ErrorKind::ConnectionRefused,
            What::TimedOut => io::ErrorKind::TimedOut,
            What::Ended => io::ErrorKind::ConnectionReset,
            _ => io::ErrorKind::Other,
        }
    }

    /// What to do about it.
    pub(crate) fn fix(&self) -> Option<&'static str> {
        let is_web = self.provider == Provider::Web;
        let fix = match &self.what {
            What::Status {
                status: 401 | 403, ..
            }
            | What::NoCredentials => self.provider.credentials(),
            What::Status { status: 404, .. } if !is_web => {
                "check the name of the bucket, and whether `region` and `endpoint` are its own"
            }
            What::Status {
                status: 300..=400, ..
            } if !is_web => {
                "check `region` and `endpoint`, and that the credentials are those of this store"
            }
            What::Status { .. } if self.what.may_pass() => {
                "try again later; the options `max_retries` and `retry_timeout` say how long it is tried"
            }
            What::Refused | What::Unreachable if is_web => {
                "check the address, and that the server runs"
            }
            What::Refused | What::Unreachable => {
                "check `endpoint` and `region`, and that the server runs"
            }
            What::TimedOut => {
                "try again; the options `read_timeout` and `connect_timeout` say how long is waited"
            }
            What::Ended => "try again; the option `max_retries` says how often it is tried",
            What::NotTrusted(_) => {
                "the certificates that count are those that this system trusts: add the server's to them"
            }
            What::Whole | What::OtherRange | What::NoLength => {
                "download the file and read it from this machine, or have it served in ranges"
            }
            _ => return None,
        };
        Some(fix)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Status { status, code } => {
                write!(f, "the server answered {status}")?;
                if let Some(code) = code {
                    write!(f, " ({code})")?;
                }
            }
            What::Refused => f.write_str("the server refused the connection")?,
            What::Unreachable => f.write_str("the server cannot be reached")?,
            What::TimedOut => f.write_str("the server did not answer in time")?,
            What::Ended => f.write_str("the connection ended before the answer did")?,
            What::NotTrusted(why) => write!(f, "the server is not trusted: {why}")?,
            What::Whole => {
                f.write_str("the server sends the whole file where a range is asked for")?;
            }
            What::OtherRange => f.write_str("the server sent another range than was asked for")?,
            What::NoLength => f.write_str("the server does not say how long the file is")?,
            What::NoCredentials => f.write_str("there are no credentials for it")?,
            What::Other => f.write_str("the request could not be made")?,
        }
        match self.attempts {
            0 | 1 => Ok(()),
            attempts => write!(f, ", {attempts} times"),
        }
    }
}

impl Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IoError;

    #[test]
    fn what_happened_is_told_with_what_to_do() {
        let status = |status, code: &str| What::Status {
            status,
            code: (!code.is_empty()).then(|| code.to_owned()),
        };
        let cases = [
            (Provider::Web, status(403, ""), 1),
            (Provider::S3, status(403, "AccessDenied"), 1),
            (Provider::Google, status(401, ""), 1),
            (Provider::Azure, What::NoCredentials, 1),
            (Provider::S3, status(404, "NoSuchBucket"), 1),
            (Provider::S3, status(301, "PermanentRedirect"), 1),
            (Provider::Web, status(400, ""), 1),
            (Provider::S3, status(503, "SlowDown"), 9),
            (Provider::Web, What::Refused, 3),
            (Provider::S3, What::Unreachable, 3),
            (Provider::S3, What::TimedOut, 2),
            (Provider::Web, What::Ended, 9),
            (
                Provider::Web,
                What::NotTrusted("invalid peer certificate: Expired".into()),
                1,
            ),
            (Provider::Web, What::Whole, 1),
            (Provider::Web, What::OtherRange, 1),
            (Provider::Web, What::NoLength, 1),
            (Provider::Web, What::Other, 1),
        ];
        let told = cases.map(|(provider, what, attempts)| {
            let failure = Failure {
                provider,
                what,
                attempts,
            };
            let error = IoError::File {
                action: "read",
                path: "x".into(),
                source: io::Error::new(failure.kind(), failure.clone()),
            };
            let fix = error.fix().map(|fix| format!("\n  fix {fix}"));
            format!("{failure}{}", fix.unwrap_or_default())
        });
        insta::assert_snapshot!(told.join("\n"), @r"
        the server answered 403
          fix a server that wants a name and a password takes them in the URL, `https://name:password@host/..`; a signed URL may have expired
        the server answered 403 (AccessDenied)
          fix give `access_key_id` and `secret_access_key` as options or as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and the `region` of the bucket; a public bucket is read with the option `skip_signature` = `true`
        the server answered 401
          fix give `service_account` (the path of a key file) as an option or as GOOGLE_SERVICE_ACCOUNT; a public bucket is read with the option `skip_signature` = `true`
        there are no credentials for it
          fix give `account_name` and `account_key` or `sas_token` as options or as AZURE_STORAGE_ACCOUNT_NAME and so on; a public container is read with the option `skip_signature` = `true`
        the server answered 404 (NoSuchBucket)
          fix check the name of the bucket, and whether `region` and `endpoint` are its own
        the server answered 301 (PermanentRedirect)
          fix check `region` and `endpoint`, and that the credentials are those of this store
        the server answered 400
        the server answered 503 (SlowDown), 9 times
          fix try again later; the options `max_retries` and `retry_timeout` say how long it is tried
        the server refused the connection, 3 times
          fix check the address, and that the server runs
        the server cannot be reached, 3 times
          fix check `endpoint` and `region`, and that the server runs
        the server did not answer in time, 2 times
          fix try again; the options `read_timeout` and `connect_timeout` say how long is waited
        the connection ended before the answer did, 9 times
          fix try again; the option `max_retries` says how often it is tried
        the server is not trusted: invalid peer certificate: Expired
          fix the certificates that count are those that this system trusts: add the server's to them
        the server sends the whole file where a range is asked for
          fix download the file and read it from this machine, or have it served in ranges
        the server sent another range than was asked for
          fix download the file and read it from this machine, or have it served in ranges
        the server does not say how long the file is
          fix download the file and read it from this machine, or have it served in ranges
        the request could not be made
        ");
    }
}
