//! What a `plugins.toml` says.

use crate::sample::Written;
use crate::{FileHash, Isolate, Pins};
use std::error::Error;
use std::path::Path;

const HASH: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

fn refused(text: &str) -> String {
    Pins::parse(text, "/project/plugins.toml")
        .unwrap_err()
        .to_string()
}

#[test]
fn what_it_says() {
    let text = format!(
        "allow = ['/opt/plugins', 'target/plugins']\n\
         [plugins.tokens]\npath = '/opt/plugins/libtokens.so'\nblake3 = '{HASH}'\n\
         [plugins.geo]\npath = 'target/plugins/libgeo.so'\nblake3 = '{HASH}'\nisolate = 'process'\n"
    );
    let pins = Pins::parse(&text, "/project/plugins.toml").unwrap();
    assert_eq!(pins.file(), Path::new("/project/plugins.toml"));
    let allow = ["/opt/plugins", "/project/target/plugins"].map(Into::into);
    assert_eq!(pins.allow(), Some(&allow[..]));
    let told = pins.plugins().map(|(name, pin)| {
        assert_eq!(pin.hash(), FileHash::of(b""));
        (name, pin.path(), pin.isolate())
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (
                "geo",
                Path::new("/project/target/plugins/libgeo.so"),
                Some(Isolate::Process)
            ),
            ("tokens", Path::new("/opt/plugins/libtokens.so"), None),
        ]
    );
    assert!(pins.get("other").is_none());
}

#[test]
fn nothing_said_is_nothing_asked() {
    let pins = Pins::parse("# Nothing.\n", "plugins.toml").unwrap();
    assert_eq!((pins.plugins().count(), pins.allow()), (0, None));
    assert!(pins.file().is_absolute());
    let pins = Pins::parse("allow = []", "plugins.toml").unwrap();
    assert_eq!(pins.allow(), Some(&[][..]));
}

#[test]
fn messages() {
    let pin = |rest: &str| refused(&format!("\n[plugins.geo]\npath = 'libgeo.so'\n{rest}\n"));
    let told = [
        refused("allow = ['a'\n[plugins]\n"),
        refused("allow = 'plugins'\n"),
        refused("\n\npin = 1\n"),
        pin(""),
        pin("blake3 = 'abc'"),
        pin(&format!("blake3 = '{HASH}'\nisolate = 'thread'")),
        pin(&format!("blake3 = '{HASH}'\nhash = 3")),
        pin(&format!("blake3 = '{HASH}'\nblake3 = '{HASH}'")),
        refused("[plugins]\ngeo = 'libgeo.so'\n"),
    ];
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn files_that_are_no_list() {
    let written = Written::of(b"a = \xff");
    let refused = |path: &Path| {
        let error = Pins::read(path).unwrap_err();
        format!("{error}\n  {}", error.source().unwrap())
    };
    let told = [
        refused(&written.folder().join("plugins.toml")),
        refused(&written.folder()),
        refused(&written.path()),
        refused(Path::new("/dev/null")),
    ];
    insta::assert_snapshot!(written.hide(&told.join("\n\n")));
    let error = Pins::read(Written::of(b"\nallow = 1").path()).unwrap_err();
    assert!(error.to_string().contains("libgeo.so:2: "), "{error}");
}
