//! What was opened by URLs alone, and what was said about it.

use object_store::ObjectStore;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::build::client;
use super::link::Link;
use super::provider::Provider;
use super::web::WebFile;
use crate::IoError;
use crate::store::StorageOptions;
use crate::store::place::Objects;
use crate::store::table::{Located, Stores, Table};
use crate::store::url::{address, parts, scheme, without_secrets};

/// Stores by address (`s3://bucket`, `https://host`), and options by address or scheme (`s3://`).
#[derive(Default)]
pub(in crate::store) struct Clouds {
    options: BTreeMap<String, StorageOptions>,
    buckets: BTreeMap<String, Arc<Objects>>,
    hosts: BTreeMap<String, Arc<dyn ObjectStore>>,
    /// Files of web servers whose URLs hold what is secret, by what is shown of them.
    links: BTreeMap<String, Link>,
}

impl fmt::Debug for Clouds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let buckets = self.buckets.keys().chain(self.hosts.keys());
        f.debug_struct("Clouds")
            .field("options", &self.options)
            .field("open", &buckets.collect::<Vec<_>>())
            .field("links", &self.links.keys())
            .finish()
    }
}

impl Stores {
    /// Takes note of options for the stores of a scheme (`s3://`) or for one bucket or host (`s3://bucket`). They add to those
    /// that are known, and win over the environment; a bucket's win over its scheme's. Here with the feature `cloud`.
    ///
    /// # Errors
    /// What is no address; names and values that the store does not know.
    ///
    /// ```
    /// use swath_io::{StorageOptions, Stores};
    ///
    /// let stores = Stores::default();
    /// stores.set_options("s3://", &StorageOptions::from_iter([("region", "eu-west-1")]))?;
    /// let error = stores.set_options("s3://dwh", &StorageOptions::from_iter([("regoin", "eu-west-1")]));
    /// assert_eq!(error.unwrap_err().to_string(), "`s3://dwh` has no option `regoin`; did you mean `region`?");
    /// # Ok::<(), swath_io::IoError>(())
    /// ```
    pub fn set_options(&self, address: &str, options: &StorageOptions) -> Result<(), IoError> {
        let whole = match address.strip_suffix("://") {
            Some(_) => address,
            None => address.trim_end_matches('/'),
        };
        let is_address = parts(whole)
            .is_some_and(|parts| parts.user.is_none() && parts.query.is_none())
            && super::super::url::address(whole) == whole;
        if !is_address || scheme(whole).and_then(Provider::of).is_none() {
            return Err(IoError::Address {
                address: without_secrets(address),
            });
        }
        self.table().clouds.configure(whole, options)
    }
}

impl Clouds {
    /// Takes note of options; what they change is opened anew when it is named again.
    pub(in crate::store) fn configure(
        &mut self,
        address: &str,
        options: &StorageOptions,
    ) -> Result<(), IoError> {
        // An unknown scheme is told by whoever looks for its store.
        let Some(provider) = scheme(address).and_then(Provider::of) else {
            return Ok(());
        };
        let options = provider.checked(address, options)?;
        let known = self.options.entry(address.to_owned()).or_default();
        let before = known.clone();
        known.extend(&options);
        if *known != before {
            self.buckets
                .retain(|bucket, _| !bucket.starts_with(address));
            self.hosts.retain(|host, _| !host.starts_with(address));
        }
        Ok(())
    }

    /// The options of an address: those of its scheme, and its own.
    fn options(&self, address: &str) -> StorageOptions {
        let scheme = scheme(address).map_or(String::new(), |scheme| format!("{scheme}://"));
        let mut options = StorageOptions::default();
        for about in [scheme.as_str(), address] {
            if let Some(known) = self.options.get(about) {
                options.extend(known);
            }
        }
        options
    }

    fn open(&self, provider: Provider, address: &str) -> Result<Arc<dyn ObjectStore>, IoError> {
        let host = address.split_once("://").map_or("", |(_, host)| host);
        if host.is_empty() {
            return Err(IoError::Address {
                address: address.to_owned(),
            });
        }
        client(provider, address, host, &self.options(address))
    }

    /// The link of a URL, or of what is shown of one.
    fn link(&mut self, url: &str) -> Result<Link, IoError> {
        if let Some(link) = self.links.get(url) {
            return Ok(link.clone());
        }
        let parts = parts(url).expect("only what has a scheme is looked for here");
        if parts.user.is_none() && parts.query.is_none() {
            return Link::new(&parts, url.to_owned());
        }
        // One of several with other secrets is another file: a query may say which.
        let mut number = 1;
        loop {
            let link = Link::new(&parts, parts.shown(number))?;
            match self.links.get(link.shown()) {
                Some(known) if known.is(&link) => return Ok(link),
                Some(_) => number += 1,
                None => {
                    self.links.insert(link.shown().to_owned(), link.clone());
                    return Ok(link);
                }
            }
        }
    }
}

/// The store and the key of a URL; nothing where its scheme is none of ours.
pub(in crate::store) fn locate(url: &str, table: &mut Table) -> Result<Option<Located>, IoError> {
    let Some(provider) = scheme(url).and_then(Provider::of) else {
        return Ok(None);
    };
    let plain = without_secrets(url);
    let address = address(&plain);
    let requests = table.requests(address)?;
    let clouds = &mut table.clouds;
    if provider == Provider::Web {
        let link = clouds.link(url)?;
        let store = if let Some(store) = clouds.hosts.get(address) {
            Arc::clone(store)
        } else {
            let store = clouds.open(provider, address)?;
            clouds.hosts.insert(address.to_owned(), Arc::clone(&store));
            store
        };
        let shown = link.shown().to_owned();
        return Ok(Some(Located {
            store: Arc::new(WebFile::new(store, requests, link)),
            address: shown,
            key: String::new(),
        }));
    }
    if parts(url).is_some_and(|parts| parts.user.is_some() || parts.query.is_some()) {
        return Err(IoError::UrlSecrets { url: plain });
    }
    let store = if let Some(bucket) = clouds.buckets.get(address) {
        Arc::clone(bucket)
    } else {
        let bucket = Arc::new(Objects {
            store: clouds.open(provider, address)?,
            requests,
            address: address.to_owned(),
            is_frank: false,
        });
        clouds
            .buckets
            .insert(address.to_owned(), Arc::clone(&bucket));
        bucket
    };
    Ok(Some(Located {
        store,
        address: address.to_owned(),
        key: plain[address.len()..].trim_matches('/').to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_with_other_secrets_is_another_file_and_shown_as_one() {
        let stores = Stores::default();
        let shown = |url: &str| stores.locate(url).expect("a file").url();
        assert_eq!(shown("http://host/a.csv"), "http://host/a.csv");
        assert_eq!(shown("http://host/a.csv?table=1"), "http://host/a.csv?…");
        assert_eq!(shown("http://host/a.csv?table=2"), "http://host/a.csv?…2");
        assert_eq!(shown("http://host/a.csv?table=1"), "http://host/a.csv?…");
        assert_eq!(shown("http://me:secret@host/a.csv"), "http://…@host/a.csv");
        // What is shown finds the file again: plans know nothing else.
        assert_eq!(shown("http://host/a.csv?…2"), "http://host/a.csv?…2");
        let debug = format!("{stores:?}");
        assert!(
            !debug.contains("secret") && !debug.contains("table"),
            "{debug}"
        );
    }

    #[test]
    fn options_are_of_a_scheme_or_of_a_bucket() {
        let stores = Stores::default();
        let set = |address: &str, name: &str, value: &str| {
            stores.set_options(address, &StorageOptions::from_iter([(name, value)]))
        };
        set("s3://", "region", "eu-west-1").expect("options of a scheme");
        set("s3://dwh/", "access_key_id", "SECRET").expect("options of a bucket");
        set("s3://dwh", "region", "us-east-1").expect("options of a bucket");
        let region = |address: &str| {
            let options = stores.table().clouds.options(address);
            options.get("region").map(str::to_owned)
        };
        assert_eq!(region("s3://dwh").as_deref(), Some("us-east-1"));
        assert_eq!(region("s3://other").as_deref(), Some("eu-west-1"));
        assert_eq!(region("gs://other"), None);
        assert!(!format!("{stores:?}").contains("SECRET"));
        for address in ["ftp://host", "dwh", "s3://key:SECRET@dwh", "s3://dwh/below"] {
            let error = set(address, "region", "x").expect_err("no address");
            assert!(matches!(error, IoError::Address { .. }), "{error}");
        }
    }
}
