//! A client for a bucket or a server.

use http::Uri;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::{ClientConfigKey, ObjectStore, RetryConfig};
use std::io;
use std::str::FromStr;
use std::sync::Arc;

use super::names::{MAX_RETRIES, RETRY_TIMEOUT};
use super::provider::Provider;
use super::wire::{Connector, Patience};
use crate::IoError;
use crate::store::StorageOptions;
use crate::words::quoted;

/// What holds where neither the environment nor options say otherwise. An answer may be long and its parts may not be late: a
/// limit for the whole of it would be one for the size of a row group.
const DEFAULTS: [(&str, &str); 3] = [
    ("timeout", "3600s"),
    ("read_timeout", "30s"),
    ("connect_timeout", "5s"),
];

/// What the clients' builders have in common.
trait Builder: Sized {
    type Key: FromStr;

    fn with(self, key: Self::Key, value: &str) -> Self;
}

impl Builder for HttpBuilder {
    type Key = ClientConfigKey;

    fn with(self, key: ClientConfigKey, value: &str) -> Self {
        self.with_config(key, value)
    }
}

impl Builder for AmazonS3Builder {
    type Key = AmazonS3ConfigKey;

    fn with(self, key: AmazonS3ConfigKey, value: &str) -> Self {
        self.with_config(key, value)
    }
}

impl Builder for GoogleCloudStorageBuilder {
    type Key = GoogleConfigKey;

    fn with(self, key: GoogleConfigKey, value: &str) -> Self {
        self.with_config(key, value)
    }
}

impl Builder for MicrosoftAzureBuilder {
    type Key = AzureConfigKey;

    fn with(self, key: AzureConfigKey, value: &str) -> Self {
        self.with_config(key, value)
    }
}

/// The client for `address`, whose host is `host`, under options that were checked.
pub(super) fn client(
    provider: Provider,
    address: &str,
    host: &str,
    options: &StorageOptions,
) -> Result<Arc<dyn ObjectStore>, IoError> {
    let connector = Connector::new(provider, patience(options));
    // A request that is made again is made by the connector, which can tell of it.
    let once = RetryConfig {
        max_retries: 0,
        ..RetryConfig::default()
    };
    let built: object_store::Result<Arc<dyn ObjectStore>> = match provider {
        Provider::Web => configured(HttpBuilder::new(), provider, options)
            // Whoever writes `http://` means it.
            .with_config(ClientConfigKey::AllowHttp, "true")
            .with_url(address)
            .with_retry(once)
            .with_http_connector(connector)
            .build()
            .map(|store| Arc::new(store) as _),
        Provider::S3 => {
            // One object at a time is deleted, and not every server that speaks S3 deletes several.
            let builder = AmazonS3Builder::from_env().with_disable_bulk_delete(true);
            let mut builder = configured(builder, provider, options).with_bucket_name(host);
            let names = [
                "endpoint",
                "endpoint_url",
                "aws_endpoint",
                "aws_endpoint_url",
            ];
            if let Some(given) = names.iter().find_map(|name| options.get(name)) {
                // Else AWS_ENDPOINT_URL_S3 would win over what was given here.
                builder = builder.with_config(AmazonS3ConfigKey::S3Endpoint, given);
            }
            let key = AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp);
            let endpoint = builder
                .get_config_value(&AmazonS3ConfigKey::S3Endpoint)
                .or_else(|| builder.get_config_value(&AmazonS3ConfigKey::Endpoint));
            let allow_http = builder.get_config_value(&key);
            check_endpoint(address, endpoint.as_deref(), allow_http.as_deref())?;
            let builder = builder.with_retry(once).with_http_connector(connector);
            builder.build().map(|store| Arc::new(store) as _)
        }
        Provider::Google => {
            let builder = GoogleCloudStorageBuilder::from_env();
            let builder = configured(builder, provider, options).with_bucket_name(host);
            let endpoint = builder.get_config_value(&GoogleConfigKey::BaseUrl);
            check_endpoint(address, endpoint.as_deref(), Some("true"))?;
            let builder = builder.with_retry(once).with_http_connector(connector);
            builder.build().map(|store| Arc::new(store) as _)
        }
        Provider::Azure => {
            let builder = MicrosoftAzureBuilder::from_env();
            let mut builder = configured(builder, provider, options);
            builder = match host.split_once('@') {
                // The account is in the URL.
                Some(_) => builder.with_url(address),
                None => builder.with_container_name(host),
            };
            let key = AzureConfigKey::Client(ClientConfigKey::AllowHttp);
            let endpoint = builder.get_config_value(&AzureConfigKey::Endpoint);
            let allow_http = builder.get_config_value(&key);
            check_endpoint(address, endpoint.as_deref(), allow_http.as_deref())?;
            let builder = builder.with_retry(once).with_http_connector(connector);
            builder.build().map(|store| Arc::new(store) as _)
        }
    };
    built.map_err(|error| refused(address, options, &error))
}

/// A builder under the defaults, where the environment does not say otherwise, and the options.
fn configured<B: Builder>(mut builder: B, provider: Provider, options: &StorageOptions) -> B {
    let is_said = |name: &str| {
        let variable = |prefix| format!("{prefix}{}", name.to_ascii_uppercase());
        let prefix = provider.prefix();
        prefix.is_some_and(|prefix| std::env::var_os(variable(prefix)).is_some())
    };
    let defaults = DEFAULTS.into_iter().filter(|(name, _)| !is_said(name));
    for (name, value) in defaults.chain(options.iter()) {
        // Our own names are the connector's.
        if let Ok(key) = name.parse() {
            builder = builder.with(key, value);
        }
    }
    builder
}

fn patience(options: &StorageOptions) -> Patience {
    let default = Patience::default();
    Patience {
        retries: options
            .get(MAX_RETRIES)
            .and_then(|retries| retries.parse().ok())
            .unwrap_or(default.retries),
        time: options
            .get(RETRY_TIMEOUT)
            .and_then(super::names::span)
            .unwrap_or(default.time),
    }
}

/// Refuses an endpoint that is no web address, and one without encryption that nobody allowed.
fn check_endpoint(
    address: &str,
    endpoint: Option<&str>,
    allow_http: Option<&str>,
) -> Result<(), IoError> {
    let Some(endpoint) = endpoint else {
        return Ok(());
    };
    let refusal = |reason| IoError::StorageOption {
        name: "endpoint".to_owned(),
        address: address.to_owned(),
        reason,
    };
    let uri: Option<Uri> = endpoint.parse().ok();
    match uri.as_ref().and_then(Uri::scheme_str) {
        Some("https") => Ok(()),
        Some("http") if allow_http == Some("true") => Ok(()),
        Some("http") => Err(refusal(
            "begins with `http://`, by which everything travels unencrypted; if that is meant, say `allow_http` = `true`",
        )),
        _ => Err(refusal("is no web address, such as `https://host:9000`")),
    }
}

/// What a client says of its options, in words that hold none of them.
fn refused(address: &str, options: &StorageOptions, error: &object_store::Error) -> IoError {
    let text = error.to_string();
    let known = [
        (
            "Missing AccessKeyId",
            "access_key_id",
            "is missing, and a secret access key is there",
        ),
        (
            "Missing SecretAccessKey",
            "secret_access_key",
            "is missing, and an access key id is there",
        ),
        (
            "One of service account",
            "service_account",
            "is there twice: as a path and as a key",
        ),
        (
            "credential error",
            "service_account",
            "is no key that can be read",
        ),
        ("Account must be", "account_name", "is missing"),
        ("SAS", "sas_token", "is no token that can be read"),
        (
            "storage account key",
            "account_key",
            "is no key that can be read",
        ),
        (
            "Missing customer key",
            "sse_customer_key_base64",
            "is missing",
        ),
    ];
    for (fragment, name, reason) in known {
        if text.contains(fragment) {
            return IoError::StorageOption {
                name: name.to_owned(),
                address: address.to_owned(),
                reason,
            };
        }
    }
    let names: Vec<String> = options.names().map(str::to_owned).collect();
    let given = match names.as_slice() {
        [] => "those of the environment".to_owned(),
        names => format!("{}, and those of the environment", quoted(names)),
    };
    IoError::File {
        action: "open",
        path: address.to_owned(),
        source: io::Error::other(format!("its client does not take its options: {given}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_a_client_refuses_are_told_without_their_values() {
        type Case = (
            Provider,
            &'static str,
            &'static str,
            &'static [(&'static str, &'static str)],
        );
        let cases: [Case; 8] = [
            (Provider::S3, "s3://b", "b", &[("access_key_id", "SECRET")]),
            (
                Provider::S3,
                "s3://b",
                "b",
                &[("secret_access_key", "SECRET")],
            ),
            (
                Provider::S3,
                "s3://b",
                "b",
                &[("endpoint", "http://SECRET:1")],
            ),
            (Provider::S3, "s3://b", "b", &[("endpoint", "SECRET:9000")]),
            (
                Provider::S3,
                "s3://b",
                "b",
                &[("checksum_algorithm", "SECRET")],
            ),
            (
                Provider::Google,
                "gs://b",
                "b",
                &[("service_account_key", "SECRET")],
            ),
            (
                Provider::Azure,
                "az://c",
                "c",
                &[("account_key", "SECRET!"), ("account_name", "a")],
            ),
            (
                Provider::Azure,
                "az://c",
                "c",
                &[("sas_token", "SECRET"), ("account_name", "a")],
            ),
        ];
        let told = cases.map(|(provider, address, host, given)| {
            let options: StorageOptions = given.iter().copied().collect();
            let options = provider.checked(address, &options).expect("options");
            match client(provider, address, host, &options) {
                Ok(_) => panic!("{given:?} is no mistake"),
                Err(error) => {
                    use std::error::Error as _;
                    let why = error.source().map(|why| format!(": {why}"));
                    format!("{error}{}", why.unwrap_or_default())
                }
            }
        });
        insta::assert_snapshot!(told.join("\n"), @r"
        option `secret_access_key` for `s3://b` is missing, and an access key id is there
        option `access_key_id` for `s3://b` is missing, and a secret access key is there
        option `endpoint` for `s3://b` begins with `http://`, by which everything travels unencrypted; if that is meant, say `allow_http` = `true`
        option `endpoint` for `s3://b` is no web address, such as `https://host:9000`
        cannot open `s3://b`: its client does not take its options: `checksum_algorithm`, and those of the environment
        option `service_account` for `gs://b` is no key that can be read
        cannot open `az://c`: its client does not take its options: `account_key` and `account_name`, and those of the environment
        option `sas_token` for `az://c` is no token that can be read
        ");
        assert!(!told.concat().contains("SECRET"));
    }
}
