//! Who keeps what a URL names.

/// A kind of store, by the scheme of its URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    /// Any web server: files that are read, one by one.
    Web,
    S3,
    Google,
    Azure,
}

impl Provider {
    pub(super) fn of(scheme: &str) -> Option<Self> {
        match scheme {
            "http" | "https" => Some(Self::Web),
            "s3" | "s3a" => Some(Self::S3),
            "gs" | "gcs" => Some(Self::Google),
            "az" | "azure" | "abfs" | "abfss" | "adl" => Some(Self::Azure),
            _ => None,
        }
    }

    /// How the variables of the environment begin that are options too.
    pub(super) fn prefix(self) -> Option<&'static str> {
        match self {
            Self::Web => None,
            Self::S3 => Some("AWS_"),
            Self::Google => Some("GOOGLE_"),
            Self::Azure => Some("AZURE_"),
        }
    }

    /// What to say where credentials are missing or refused.
    pub(super) fn credentials(self) -> &'static str {
        match self {
            Self::Web => {
                "a server that wants a name and a password takes them in the URL, `https://name:password@host/..`; a signed URL may have expired"
            }
            Self::S3 => {
                "give `access_key_id` and `secret_access_key` as options or as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and the `region` of the bucket; a public bucket is read with the option `skip_signature` = `true`"
            }
            Self::Google => {
                "give `service_account` (the path of a key file) as an option or as GOOGLE_SERVICE_ACCOUNT; a public bucket is read with the option `skip_signature` = `true`"
            }
            Self::Azure => {
                "give `account_name` and `account_key` or `sas_token` as options or as AZURE_STORAGE_ACCOUNT_NAME and so on; a public container is read with the option `skip_signature` = `true`"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::is_cloud;

    #[test]
    fn schemes_are_those_that_messages_promise() {
        for scheme in [
            "http", "https", "s3", "s3a", "gs", "gcs", "az", "azure", "abfs", "abfss", "adl",
        ] {
            assert!(
                is_cloud(scheme) && Provider::of(scheme).is_some(),
                "{scheme}"
            );
        }
        assert!(!is_cloud("ftp") && Provider::of("ftp").is_none());
    }
}
