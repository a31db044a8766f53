//! Options of a store by their names: which there are, and which values they take.

use jiff::SignedDuration;
use object_store::ClientConfigKey;
use object_store::aws::AmazonS3ConfigKey;
use object_store::azure::AzureConfigKey;
use object_store::gcp::GoogleConfigKey;
use std::time::Duration;
use swath_meta::nearest;

use super::provider::Provider;
use crate::IoError;
use crate::store::StorageOptions;

/// How often a request is made again, at most.
pub(super) const MAX_RETRIES: &str = "max_retries";
/// How long after the first attempt it is made again, at most.
pub(super) const RETRY_TIMEOUT: &str = "retry_timeout";

/// Names that all have, of those that are told as the nearest to a misspelt one.
const COMMON: [&str; 9] = [
    MAX_RETRIES,
    RETRY_TIMEOUT,
    "timeout",
    "connect_timeout",
    "read_timeout",
    "allow_http",
    "allow_invalid_certificates",
    "proxy_url",
    "user_agent",
];

impl Provider {
    /// The usual names beside [`COMMON`].
    fn usual(self) -> &'static [&'static str] {
        match self {
            Self::Web => &[],
            Self::S3 => &[
                "access_key_id",
                "secret_access_key",
                "session_token",
                "region",
                "endpoint",
                "skip_signature",
                "virtual_hosted_style_request",
                "unsigned_payload",
                "request_payer",
                "role_arn",
                "web_identity_token_file",
                "server_side_encryption",
                "sse_kms_key_id",
                "disable_bulk_delete",
            ],
            Self::Google => &[
                "service_account",
                "service_account_key",
                "application_credentials",
                "bearer_token",
                "base_url",
                "skip_signature",
            ],
            Self::Azure => &[
                "account_name",
                "account_key",
                "sas_token",
                "bearer_token",
                "client_id",
                "client_secret",
                "tenant_id",
                "endpoint",
                "use_emulator",
                "skip_signature",
            ],
        }
    }

    /// Whether it has an option of this name, in small letters.
    fn has(self, name: &str) -> bool {
        [MAX_RETRIES, RETRY_TIMEOUT].contains(&name)
            || match self {
                Self::Web => name.parse::<ClientConfigKey>().is_ok(),
                Self::S3 => name.parse::<AmazonS3ConfigKey>().is_ok(),
                Self::Google => name.parse::<GoogleConfigKey>().is_ok(),
                Self::Azure => name.parse::<AzureConfigKey>().is_ok(),
            }
    }

    /// The name here of what others call so.
    fn instead_of(self, name: &str) -> Option<&'static str> {
        let name = match (self, name) {
            (Self::S3, "key" | "access_key") => "access_key_id",
            (Self::S3, "secret" | "secret_key") => "secret_access_key",
            (Self::S3 | Self::Google | Self::Azure, "anon" | "anonymous" | "no_sign_request") => {
                "skip_signature"
            }
            (Self::S3 | Self::Azure, "host" | "url") => "endpoint",
            (Self::Google, "token" | "key_file" | "keyfile") => "service_account",
            (Self::Google, "endpoint" | "endpoint_url") => "base_url",
            (Self::Azure, "key") => "account_key",
            (Self::Azure, "account") => "account_name",
            _ => return None,
        };
        Some(name)
    }

    /// Checks names and values, and gives them in the spelling that the clients know.
    pub(super) fn checked(
        self,
        address: &str,
        options: &StorageOptions,
    ) -> Result<StorageOptions, IoError> {
        let check = |(given, value): (&str, &str)| {
            let name = given.to_ascii_lowercase();
            if !self.has(&name) {
                let names = self.usual().iter().chain(&COMMON).copied();
                let near = self.instead_of(&name).or_else(|| nearest(&name, names));
                return Err(IoError::UnknownStorageOption {
                    name: given.to_owned(),
                    address: address.to_owned(),
                    nearest: near.map(str::to_owned),
                });
            }
            let refusal = |reason| IoError::StorageOption {
                name: given.to_owned(),
                address: address.to_owned(),
                reason,
            };
            let plain = bare(&name);
            let value = if is_switch(plain) {
                let on = switch(value);
                on.ok_or_else(|| refusal("is neither `true` nor `false`"))?
                    .to_string()
            } else if is_span(plain) {
                let span = span(value);
                let span = span.ok_or_else(|| refusal("is no span of time, such as `30s`"))?;
                format!("{}ms", span.as_millis())
            } else if plain == MAX_RETRIES {
                let n: Result<u32, _> = value.parse();
                n.map_err(|_| refusal("is no number of attempts, such as `5`"))?
                    .to_string()
            } else {
                value.to_owned()
            };
            Ok((name, value))
        };
        options.iter().map(check).collect()
    }
}

/// A span of time as users write it: `30s`, `1m 30s`, `200ms`.
pub(super) fn span(text: &str) -> Option<Duration> {
    let span: SignedDuration = text.parse().ok()?;
    Duration::try_from(span).ok().filter(|span| !span.is_zero())
}

/// A name without the provider's.
fn bare(name: &str) -> &str {
    let prefixes = ["aws_", "google_", "azure_storage_", "azure_"];
    let stripped = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix));
    stripped.unwrap_or(name)
}

fn is_switch(name: &str) -> bool {
    [
        "allow_http",
        "allow_invalid_certificates",
        "disable_system_certificates",
        "http1_only",
        "http2_only",
        "randomize_addresses",
        "skip_signature",
        "virtual_hosted_style_request",
        "imdsv1_fallback",
        "unsigned_payload",
        "request_payer",
        "s3_express",
        "disable_tagging",
        "disable_bulk_delete",
        "sse_bucket_key_enabled",
        "use_emulator",
        "use_fabric_endpoint",
        "use_azure_cli",
    ]
    .contains(&name)
}

fn is_span(name: &str) -> bool {
    [
        RETRY_TIMEOUT,
        "timeout",
        "connect_timeout",
        "read_timeout",
        "pool_idle_timeout",
        "http2_keep_alive_interval",
        "http2_keep_alive_timeout",
    ]
    .contains(&name)
}

fn switch(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_messages_suggest_are_names() {
        for provider in [
            Provider::Web,
            Provider::S3,
            Provider::Google,
            Provider::Azure,
        ] {
            for name in provider.usual().iter().chain(&COMMON) {
                assert!(provider.has(name), "{provider:?} {name}");
            }
            for other in [
                "key", "secret", "anon", "host", "token", "endpoint", "account",
            ] {
                if let Some(name) = provider.instead_of(other) {
                    assert!(provider.has(name), "{provider:?} {name}");
                }
            }
        }
    }

    #[test]
    fn mistakes_are_told_without_a_value() {
        let mistakes = [
            (Provider::S3, "acess_key_id", "SECRET"),
            (Provider::S3, "key", "SECRET"),
            (Provider::S3, "zzz", "SECRET"),
            (Provider::S3, "AWS_ALLOW_HTTP", "SECRET"),
            (Provider::Web, "timeout", "SECRET"),
            (Provider::Web, "region", "SECRET"),
            (Provider::Google, "max_retries", "SECRET"),
            (Provider::Azure, "azure_skip_signature", "SECRET"),
            (Provider::Azure, "read_timeout", "-3s"),
        ];
        let told = mistakes.map(|(provider, name, value)| {
            let options = StorageOptions::from_iter([(name, value)]);
            let error = provider.checked("x://y", &options).expect_err("a mistake");
            format!("{error}")
        });
        insta::assert_snapshot!(told.join("\n"), @r"
        `x://y` has no option `acess_key_id`; did you mean `access_key_id`?
        `x://y` has no option `key`; did you mean `access_key_id`?
        `x://y` has no option `zzz`
        option `AWS_ALLOW_HTTP` for `x://y` is neither `true` nor `false`
        option `timeout` for `x://y` is no span of time, such as `30s`
        `x://y` has no option `region`
        option `max_retries` for `x://y` is no number of attempts, such as `5`
        option `azure_skip_signature` for `x://y` is neither `true` nor `false`
        option `read_timeout` for `x://y` is no span of time, such as `30s`
        ");
        assert!(!told.concat().contains("SECRET"));
    }

    #[test]
    fn values_are_told_to_clients_in_their_words() {
        let given = [("TIMEOUT", "1m 30s"), ("allow_http", "on"), ("region", "x")];
        let options = StorageOptions::from_iter(given);
        let checked = Provider::S3.checked("s3://b", &options).expect("options");
        let expected = [
            ("allow_http", "true"),
            ("region", "x"),
            ("timeout", "90000ms"),
        ];
        assert!(checked.iter().eq(expected));
    }
}
