//! Buckets: S3, Google's and Azure's.

use std::sync::Arc;

use swath::arrow::array::{ArrayRef, RecordBatch, StringArray};
use swath::prelude::*;
use swath::{ErrorKind, ReadIpc, ReadJson, ToIpc, ToJson};

use crate::said::{SECRET, Said, session};
use crate::server::{Fault, Server};

/// Options of S3, of a server of this machine.
fn s3(server: &Server) -> Vec<(&'static str, String)> {
    vec![
        ("endpoint", format!("http://{}", server.host)),
        ("allow_http", "true".into()),
        ("region", "eu-west-1".into()),
        ("access_key_id", "AKIAS3CRET".into()),
        ("secret_access_key", "S3CRET/key".into()),
        ("session_token", "S3CRET-token".into()),
        ("max_retries", "1".into()),
    ]
}

fn google(server: &Server) -> Vec<(&'static str, String)> {
    vec![
        ("base_url", format!("http://{}", server.host)),
        ("bearer_token", "S3CRET-bearer".into()),
    ]
}

fn azure(server: &Server) -> Vec<(&'static str, String)> {
    vec![
        ("endpoint", format!("http://{}", server.host)),
        ("allow_http", "true".into()),
        ("account_name", "me".into()),
        // "S3CRET-of-azure"
        ("account_key", "UzNDUkVULW9mLWF6dXJl".into()),
    ]
}

/// Sales in seven partitions, 30 rows each.
fn sales(session: &Session) -> swath::Result<DataFrame> {
    let batches = (0..7).map(|partition| {
        let rows = (0..30).map(|row| {
            let region = ["eu", "us", "ap"][row % 3];
            format!("{region},{}\n", partition * 30 + row)
        });
        Batch::from_csv(&format!("region,amount\n{}", rows.collect::<String>()))
    });
    session.from_batches(batches.collect::<Result<Vec<_>, _>>()?)
}

/// Writes, reads and replaces in a bucket, in every format; returns what was said.
fn round_trip(at: &str, options: &[(&'static str, String)], server: &Server) -> swath::Result<()> {
    let said = Said::begin();
    let session = session()
        .storage_options(at, options.iter().cloned())
        .build()?;
    let frame = sales(&session)?;
    let sum = |frame: &DataFrame| frame.sum("amount")?.get::<i64>();
    let url = |path: &str| format!("{at}/{path}");
    let bucket = "dwh";

    let written = frame.to_parquet(url("sales"))?;
    assert_eq!((written.files(), written.rows()), (7, 210));
    let keys: Vec<String> = (0..7)
        .map(|part| format!("sales/part.{part}.parquet"))
        .collect();
    assert_eq!(server.keys(bucket), keys);
    for path in [
        "sales",
        "sales/",
        "sales/part.*.parquet",
        "sales/part.{0,1,2,3,4,5,6}.parquet",
    ] {
        let read = session.read_parquet(url(path))?;
        assert_eq!(sum(&read)?, 21_945, "{path}");
        said.sees(&read);
    }
    let one = session.read_parquet(url("sales/part.2.parquet"))?;
    assert_eq!(sum(&one)?, 2_235);

    let to = || ToParquet::new(url("by")).partition_on("region");
    frame.to_parquet(to())?;
    frame.to_parquet(to().append())?;
    let by = session.read_parquet(url("by"))?;
    assert_eq!(by.filter(col("region").eq("eu"))?.len().get::<i64>()?, 140);
    frame.partitions(0..1)?.to_parquet(to().overwrite())?;
    assert_eq!(session.read_parquet(url("by"))?.len().get::<i64>()?, 30);

    frame.to_csv(url("csv"))?;
    frame.to_csv(ToCsv::new(url("csv")).compression("gzip").overwrite())?;
    assert!(
        server
            .keys(bucket)
            .contains(&"csv/part.6.csv.gz".to_owned())
    );
    assert_eq!(sum(&session.read_csv(url("csv"))?)?, 21_945);
    frame.to_json(ToJson::new(url("json")))?;
    assert_eq!(
        sum(&session.read_json(ReadJson::new(url("json")))?)?,
        21_945
    );
    frame.to_ipc(ToIpc::new(url("ipc")))?;
    assert_eq!(sum(&session.read_ipc(ReadIpc::new(url("ipc")))?)?, 21_945);

    // Of several parts, which are no object before they are all there.
    let long: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(1 << 20); 9]));
    let long = RecordBatch::try_from_iter([("text", long)]).expect("a column");
    let long = session.from_record_batches([long])?;
    long.to_ipc(ToIpc::new(url("long")).compression("none"))?;
    assert!(server.asked(&format!("PUT {bucket}/long")) > 2);
    assert_eq!(session.read_ipc(url("long"))?.compute()?.num_rows(), 9);
    assert_eq!(server.parts(), 0);
    // Nothing of how it was written is left.
    assert!(
        server
            .keys(bucket)
            .iter()
            .all(|key| !key.contains(".swath-"))
    );
    assert!(said.retries().is_empty(), "{:?}", said.retries());

    server.fail("PUT", "again", 2, Fault::Status(503, "S3CRET"));
    let again = frame.partitions(0..1)?;
    if options.iter().any(|(name, _)| *name == "max_retries") {
        again
            .to_csv(url("again"))
            .expect_err("one attempt more is too few");
        assert!(server.keys(bucket).iter().all(|key| !key.contains("again")));
    } else {
        again.to_csv(url("again"))?;
    }
    assert!(!said.retries().is_empty());
    said.hears(&format!("{session:?}"));
    said.end(&server.host);
    Ok(())
}

#[test]
fn s3_is_read_and_written() -> swath::Result<()> {
    let server = Server::start();
    server.bucket("dwh");
    round_trip("s3://dwh", &s3(&server), &server)?;
    let sent = server.authorizations().concat();
    assert!(
        sent.contains("AWS4-HMAC-SHA256 Credential=AKIAS3CRET/"),
        "{sent}"
    );
    Ok(())
}

#[test]
fn googles_store_is_read_and_written() -> swath::Result<()> {
    let server = Server::start();
    server.bucket("dwh");
    round_trip("gs://dwh", &google(&server), &server)?;
    assert_eq!(server.authorizations(), ["Bearer S3CRET-bearer"]);
    Ok(())
}

#[test]
fn azures_store_is_read_and_written() -> swath::Result<()> {
    let server = Server::start();
    server.bucket("dwh");
    round_trip("az://dwh", &azure(&server), &server)?;
    let sent = server.authorizations();
    assert!(
        sent.iter().all(|sent| sent.starts_with("SharedKey me:")),
        "{sent:?}"
    );
    Ok(())
}

#[test]
fn a_signature_of_azure_is_an_option() -> swath::Result<()> {
    let said = Said::begin();
    let server = Server::start();
    server.bucket("dwh");
    let mut options = azure(&server);
    options.retain(|(name, _)| *name != "account_key");
    options.push(("sas_token", "sv=1&sig=S3CRET%2Fsig".into()));
    let session = session().storage_options("az://dwh", options).build()?;
    let frame = sales(&session)?;
    frame.to_parquet("az://dwh/sales")?;
    let read = session.read_parquet("az://dwh/sales")?;
    assert_eq!(read.len().get::<i64>()?, 210);
    said.sees(&read);
    said.end(&server.host);
    Ok(())
}

#[test]
fn options_of_a_reader_or_a_writer_hold_for_the_session() -> swath::Result<()> {
    let said = Said::begin();
    let server = Server::start();
    server.bucket("dwh");
    let session = session().build()?;
    let mut to = ToParquet::new("s3://dwh/sales");
    for (name, value) in s3(&server) {
        to = to.option(name, value);
    }
    said.hears(&format!("{to:?}"));
    // A lazy write too, which goes through plans and tasks.
    let sink = sales(&session)?.sink_parquet(to)?;
    said.hears(&format!("{sink:?}"));
    swath::compute(&sink)?;
    let read = ReadParquet::new("s3://dwh/sales").option("region", "us-east-1");
    assert_eq!(session.read_parquet(read)?.len().get::<i64>()?, 210);
    assert_eq!(
        session.read_parquet("s3://dwh/sales")?.len().get::<i64>()?,
        210
    );
    let sent = server.authorizations().concat();
    assert!(
        sent.contains("/eu-west-1/s3/") && sent.contains("/us-east-1/s3/"),
        "{sent}"
    );
    said.end(&server.host);
    Ok(())
}

#[test]
fn what_goes_wrong_with_buckets_is_told() -> swath::Result<()> {
    let mut said = Said::begin();
    let server = Server::start();
    server.bucket("dwh");
    let session = session()
        .storage_options("s3://", s3(&server))
        .storage_options("gs://", google(&server))
        .storage_options("az://", azure(&server))
        .build()?;
    let frame = sales(&session)?;
    frame.to_parquet("s3://dwh/sales")?;
    let read = |url: &str| session.read_parquet(url)?.compute();

    let denied =
        "<Error><Code>AccessDenied</Code><Message>the key AKIAS3CRET may not</Message></Error>";
    server.fail("GET", "dwh", 9, Fault::Status(403, denied));
    let error = said.mistake("a listing that is denied", read("s3://dwh/sales"));
    assert!(matches!(error.kind(), ErrorKind::File { .. }), "{error}");
    server.heal();
    server.fail("PUT", "out", 9, Fault::Status(403, denied));
    said.mistake("a write that is denied", frame.to_parquet("s3://dwh/out"));
    server.heal();
    server.fail(
        "GET",
        "part.0",
        9,
        Fault::Status(503, "<Code>SlowDown</Code>S3CRET"),
    );
    said.mistake("a store that is busy", read("s3://dwh/sales"));
    server.heal();
    server.fail("HEAD", "sales", 9, Fault::Status(301, "S3CRET"));
    said.mistake("a bucket of another region", read("s3://dwh/sales"));
    server.heal();
    server.fail("GET", "dwh", 9, Fault::Status(200, "<html>S3CRET"));
    said.mistake("an answer of something else", read("s3://dwh/sales"));
    server.heal();
    let error = said.mistake("a bucket that is not there", read("s3://nothing/sales"));
    assert!(
        matches!(error.kind(), ErrorKind::NotFound { .. }),
        "{error}"
    );
    said.mistake("to write into it", frame.to_parquet("s3://nothing/sales"));
    said.mistake("a container that is not there", read("az://nothing/sales"));
    said.mistake("nothing in a bucket", read("gs://dwh/sale"));
    said.mistake("nothing that matches", read("s3://dwh/sales/*.parq"));
    let planned = session.read_parquet("s3://dwh/sales")?;
    frame.to_parquet(ToParquet::new("s3://dwh/sales").overwrite())?;
    said.mistake("an object that changed", planned.compute());

    for url in [
        "s3://AKIA:S3CRET/key@dwh/sales",
        "az://dwh/sales?sv=1&sig=S3CRET",
    ] {
        said.mistake("credentials in a URL", read(url));
        said.mistake("and to write", frame.to_parquet(url));
        let sink = frame.sink_csv(url)?;
        said.hears(&format!("{sink:?}"));
        said.mistake("and to write later", swath::compute(&sink));
    }
    let build = |options: &[(&str, &str)]| {
        let options = options.iter().copied();
        crate::said::session()
            .storage_options("s3://dwh", options)
            .build()
    };
    said.mistake(
        "a name that is none",
        build(&[("secret_acces_key", SECRET)]),
    );
    said.mistake("a name of others", build(&[("key", SECRET)]));
    said.mistake("a value that is none", build(&[("allow_http", SECRET)]));
    let half = build(&[("access_key_id", SECRET)])?;
    said.mistake(
        "half of what is needed",
        half.read_parquet("s3://dwh/sales"),
    );
    let plain = build(&[("endpoint", "http://S3CRET:1")])?;
    said.mistake("no encryption", plain.read_parquet("s3://dwh/sales"));
    let nobody = build(&[("metadata_endpoint", "http://127.0.0.1:1")])?;
    said.mistake("no credentials", nobody.read_parquet("s3://dwh/sales"));
    let address = crate::said::session().storage_options("dwh", [("region", SECRET)]);
    said.mistake("options of no store", address.build());
    insta::assert_snapshot!("what_goes_wrong_with_buckets", said.end(&server.host));
    Ok(())
}
