//! Files of web servers.

use std::time::Duration;

use swath::prelude::*;
use swath::{ErrorKind, ReadIpc, ReadJson};

use crate::said::{Said, session};
use crate::server::{Fault, Server};

const CSV: &str = "region,amount\neu,10\nus,5\neu,2\n";

/// 90,000 rows, of which a reader needs several ranges.
fn large() -> String {
    let rows = (0..90_000).map(|row| format!("{row},{}\n", row % 7));
    format!("id,few\n{}", rows.collect::<String>())
}

/// A Parquet file, by way of this machine.
#[expect(clippy::disallowed_methods, reason = "a test looks at its own files")]
fn parquet(session: &Session) -> swath::Result<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = session.from_batches([Batch::from_csv(CSV)?])?;
    rows.to_parquet(folder.path())?;
    Ok(std::fs::read(folder.path().join("part.0.parquet")).expect("a file"))
}

#[test]
fn every_format_is_read_from_a_web_server() -> swath::Result<()> {
    let said = Said::begin();
    let server = Server::start();
    let session = session().build()?;
    server.put("web/a.parquet", &parquet(&session)?);
    server.put("web/a b.csv", CSV.as_bytes());
    server.put("web/large.csv", large().as_bytes());
    server.put("web/a.jsonl", b"{\"amount\": 10}\n{\"amount\": 7}\n");

    let sales = session.read_parquet(server.url("web/a.parquet"))?;
    assert_eq!(sales.sum("amount")?.get::<i64>()?, 17);
    assert_eq!(sales.filter(col("region").eq("eu"))?.len().get::<i64>()?, 2);
    let urls = [server.url("web/a b.csv"), server.url("web/a%20b.csv")];
    let twice = session.read_csv(urls.to_vec())?;
    assert_eq!(twice.sum("amount")?.get::<i64>()?, 34);
    let events = session.read_json(ReadJson::new(server.url("web/a.jsonl")))?;
    assert_eq!(events.sum("amount")?.get::<i64>()?, 17);

    // In blocks, each by a range of its own, and never the whole file.
    let many = session.read_csv(ReadCsv::new(server.url("web/large.csv")).blocksize("100kB"))?;
    assert!(many.npartitions() > 5);
    assert_eq!(many.len().get::<i64>()?, 90_000);
    assert_eq!(many.max("id")?.get::<i64>()?, 89_999);
    assert!(server.asked("GET web/large.csv") > many.npartitions());
    assert!(said.retries().is_empty());
    said.sees(&many);
    said.end(&server.host);
    Ok(())
}

#[test]
fn what_is_secret_in_a_url_opens_it_and_is_never_shown() -> swath::Result<()> {
    let said = Said::begin();
    let server = Server::start();
    let session = session().build()?;
    server.put("signed/a.csv", CSV.as_bytes());
    server.put("signed/b.csv.gz", &gzip(CSV));
    server.put("private/a.csv", CSV.as_bytes());

    // Signed for GET alone, as signed URLs of buckets are.
    let signed = server.url("signed/a.csv?X=1&sig=S3CRET%2Fsig%2B1");
    let frame = session.read_csv(ReadCsv::new(signed.as_str()).include_path_column("path"))?;
    assert_eq!(frame.sum("amount")?.get::<i64>()?, 17);
    let paths = frame.unique("path")?.compute()?;
    assert!(paths.to_string().contains("/signed/a.csv?…"), "{paths}");
    said.hears(&format!("{paths} {paths:?}"));
    said.sees(&frame);
    said.hears(&format!("{:?}", ReadCsv::new(signed.as_str())));
    said.hears(&format!(
        "{:?}",
        ReadParquet::new(signed.as_str()).option("token", "S3CRET")
    ));
    said.hears(&format!(
        "{:?}",
        ReadJson::new(signed.as_str()).option("token", "S3CRET")
    ));
    said.hears(&format!(
        "{:?}",
        ReadIpc::new(signed.as_str()).option("token", "S3CRET")
    ));
    said.hears(&format!(
        "{:?}",
        ToParquet::new(signed.as_str()).option("token", "S3CRET")
    ));
    // The name of the file still says how it is compressed.
    let zipped = server.url("signed/b.csv.gz?sig=S3CRET/sig%2B1");
    assert_eq!(session.read_csv(zipped)?.sum("amount")?.get::<i64>()?, 17);

    let private = format!("http://me:S3CRET%40pass@{}/private/a.csv", server.host);
    let frame = session.read_csv(private)?;
    assert_eq!(frame.sum("amount")?.get::<i64>()?, 17);
    said.sees(&frame);
    // Other secrets are another file: the same URL without them is refused still.
    let error = session.read_csv(server.url("private/a.csv"));
    let mut said = said;
    let error = said.mistake("without the password", error);
    assert!(matches!(error.kind(), ErrorKind::File { .. }), "{error}");
    said.hears(&format!("{session:?}"));
    said.end(&server.host);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a test looks at its own files")]
fn gzip(text: &str) -> Vec<u8> {
    let session = Session::testing();
    let folder = tempfile::tempdir().expect("a folder");
    let rows = Batch::from_csv(text).expect("rows");
    let frame = session.from_batches([rows]).expect("a frame");
    let to = ToCsv::new(folder.path()).compression("gzip");
    frame.to_csv(to).expect("written");
    std::fs::read(folder.path().join("part.0.csv.gz")).expect("a file")
}

#[test]
fn what_passes_is_tried_again_and_told() -> swath::Result<()> {
    let said = Said::begin();
    let server = Server::start();
    let session = session().build()?;
    server.put("web/a.csv", CSV.as_bytes());
    let busy = "please come back, with your S3CRET";
    let sum = || -> swath::Result<i64> {
        let sales = session.read_csv(server.url("web/a.csv?token=S3CRET"))?;
        sales.sum("amount")?.get::<i64>()
    };
    for (method, fault) in [
        ("HEAD", Fault::Status(503, busy)),
        ("GET", Fault::Status(429, busy)),
        ("GET", Fault::Reset),
        ("GET", Fault::Cut),
    ] {
        let before = said.retries().len();
        server.fail(method, "web/a.csv", 2, fault.clone());
        assert_eq!(sum()?, 17, "{fault:?}");
        // Twice, unless the client itself noticed that a connection which it had kept was closed.
        let again = said.retries().len() - before;
        assert!((1..=2).contains(&again), "{fault:?}: {:?}", said.retries());
    }
    let told = said.retries().concat();
    assert!(told.contains("/web/a.csv?…"), "{told}");
    assert!(told.contains("the server answered 503"), "{told}");
    assert!(
        told.contains("the connection ended before the answer did"),
        "{told}"
    );
    said.end(&server.host);
    Ok(())
}

#[test]
fn what_goes_wrong_with_a_web_server_is_told() -> swath::Result<()> {
    let mut said = Said::begin();
    let server = Server::start();
    let session = session()
        .storage_options("http://", [("max_retries", "1"), ("read_timeout", "300ms")])
        .build()?;
    server.put("web/a.csv", CSV.as_bytes());
    server.put("whole/large.csv", large().repeat(13).as_bytes());
    server.put("whole/a.csv", CSV.as_bytes());
    server.put("weak/large.csv", large().as_bytes());
    server.put("endless/a.csv", CSV.as_bytes());
    let file = server.url("web/a.csv?token=S3CRET");
    let read = |url: &str| session.read_csv(url)?.compute();

    for (what, method, fault) in [
        (
            "403",
            "GET",
            Fault::Status(403, "<Code>AccessDenied</Code> for key S3CRET"),
        ),
        ("503 for good", "GET", Fault::Status(503, "S3CRET")),
        (
            "an answer that is late",
            "GET",
            Fault::Late(Duration::from_secs(2)),
        ),
        ("connections that are reset", "GET", Fault::Reset),
        ("answers that break off", "GET", Fault::Cut),
        (
            "404 when it is looked for",
            "HEAD",
            Fault::Status(404, "S3CRET"),
        ),
    ] {
        server.fail(method, "web/a.csv", 20, fault);
        said.mistake(what, read(&file));
        server.heal();
    }
    said.mistake("a file that is not there", read(&server.url("web/b.csv")));
    said.mistake("a folder", read(&server.url("web/")));
    said.mistake("a pattern", read(&server.url("web/*.csv?sig=S3CRET")));
    said.mistake(
        "a server without ranges",
        read(&server.url("whole/large.csv")),
    );
    said.mistake(
        "a server that knows no length",
        read(&server.url("endless/a.csv")),
    );
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let free = closed.local_addr().expect("an address").to_string();
    drop(closed);
    let refused = said.mistake(
        "nobody there",
        read(&format!("http://me:S3CRET@{free}/a.csv")),
    );
    said.told = said.told.replace(&free, "[nobody]");
    assert!(
        matches!(refused.kind(), ErrorKind::File { .. }),
        "{refused}"
    );
    said.mistake(
        "a scheme of nobody",
        read("ftp://me:S3CRET@host/a.csv?x=S3CRET"),
    );
    said.mistake(
        "an address that is none",
        read("http://me:S3CRET@host:port/a.csv"),
    );

    let frame = session.read_csv(server.url("web/a.csv"))?;
    server.put("web/a.csv", b"region,amount\neu,99\nus,99\neu,9\n");
    said.mistake("a file that changed", frame.compute());
    said.mistake("to write", frame.to_csv(server.url("web/out?sig=S3CRET")));
    let over = ToParquet::new(server.url("web/out")).overwrite();
    said.mistake("to write over", frame.to_parquet(over));
    let options = ReadCsv::new(file.as_str()).option("regoin", "S3CRET");
    said.mistake("an option of another store", session.read_csv(options));
    let options = ReadCsv::new("a.csv").option("region", "S3CRET");
    said.mistake("an option for this machine", session.read_csv(options));

    // Small files are cut here, and a tag may be weak.
    assert_eq!(read(&server.url("whole/a.csv"))?.num_rows(), 3);
    assert_eq!(read(&server.url("weak/large.csv"))?.num_rows(), 90_000);
    insta::assert_snapshot!("what_goes_wrong_with_a_web_server", said.end(&server.host));
    Ok(())
}
