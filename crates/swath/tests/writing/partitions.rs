//! Folders by values, in every format.

use swath::prelude::*;
use swath::{ReadIpc, ReadJson, WrittenPartition};

use super::{FORMATS, folder, is_source_error, of_regions, read, rows, two_threads, write};

/// What every format does alike: folders by values, files that are added, partitions that are replaced, keys that come back.
#[test]
fn every_format_is_partitioned_and_added_to() -> swath::Result<()> {
    let session = two_threads();
    let day = |text: &str| session.from_batches([Batch::from_csv(text)?]);
    for format in FORMATS {
        let out = folder();
        let out = out.path();
        let sales = day("year,region,amount\n2023,eu,1\n2024,eu,2\n2024,us/west,3\n2024,,4\n")?;
        let written = write(&sales, format, out, "new", &["year", "region"])?;
        let folders: Vec<&str> = written
            .partitions()
            .iter()
            .map(WrittenPartition::folder)
            .collect();
        assert_eq!(
            folders,
            [
                "year=2023/region=eu",
                "year=2024/region=__HIVE_DEFAULT_PARTITION__",
                "year=2024/region=eu",
                "year=2024/region=us%2Fwest"
            ],
            "{format}"
        );
        let more = day("year,region,amount\n2024,eu,10\n2025,eu,20\n")?;
        write(&more, format, out, "append", &["year", "region"])?;
        let all = read(&session, format, out)?;
        assert_eq!(all.columns(), ["amount", "year", "region"], "{format}");
        assert_eq!(all.meta().dtype("year")?.to_string(), "int64", "{format}");
        assert_eq!(
            (all.sum("amount")?.get::<i64>()?, all.len().get::<u64>()?),
            (40, 6)
        );
        // A folder that is ruled out is not looked at: it is not even there any more.
        let whole = out.join("year=2023/region=eu");
        let hidden = out.join("year=2023/.region=eu");
        std::fs::rename(&whole, &hidden).expect("gone");
        let recent = all.filter(col("year").ge(2024) & col("region").is_not_null())?;
        assert_eq!(recent.sum("amount")?.get::<i64>()?, 35, "{format}");
        let by_region = recent
            .groupby("region")
            .sort(true)
            .sum("amount")?
            .compute()?;
        let by_region: Vec<(String, i64)> = by_region.rows()?.collect();
        assert_eq!(
            by_region,
            [("eu".to_owned(), 32), ("us/west".to_owned(), 3)],
            "{format}"
        );
        std::fs::rename(&hidden, &whole).expect("there again");
        // Only the partitions that have new rows are replaced.
        let again = day("year,region,amount\n2023,eu,100\n2024,eu,200\n")?;
        write(&again, format, out, "partitions", &["year", "region"])?;
        let all = read(&session, format, out)?;
        assert_eq!(all.sum("amount")?.get::<i64>()?, 327, "{format}");
        // What does not go with the files is refused, and says what differs.
        let other = day("year,region,amuont\n2024,eu,1\n")?;
        let told = |how, df: &DataFrame, on: &[&str]| {
            let error = write(df, format, out, how, on).expect_err("other columns");
            error.to_string().replace(&out.display().to_string(), "OUT")
        };
        let message = told("append", &other, &["year", "region"]);
        assert!(
            message.contains("the frame has no column `amount`"),
            "{message}"
        );
        assert!(message.contains("it has `amuont`"), "{message}");
        let message = told("append", &again, &["region"]);
        assert!(
            message.contains(
                "its files are partitioned on `year` and `region`, and the frame on `region`"
            ),
            "{message}"
        );
        let message = told("partitions", &again, &[]);
        assert!(
            message.contains("`.overwrite_partitions()` without"),
            "{message}"
        );
        let message = told("new", &again, &[]);
        let options = match format {
            "csv" => "ToCsv",
            "json" => "ToJson",
            "ipc" => "ToIpc",
            _ => "ToParquet",
        };
        let fix = format!("replace them with `{options}::new(..).overwrite()`");
        assert!(message.contains(&fix), "{message}");
    }
    Ok(())
}

/// Options of reading folders, in the formats that came to have them after Parquet.
#[test]
fn keys_of_folders_are_read_as_they_are_declared() -> swath::Result<()> {
    let session = two_threads();
    let zips = session.from_batches([Batch::from_csv("n,v\n01234,1\n04567,2\n")?])?;
    let zips = zips
        .astype([("n", "string")])?
        .assign("zip", col("n").cast("string"))?;
    let out = folder();
    for format in ["csv", "json", "ipc"] {
        let out = out.path().join(format);
        write(&zips.select(["v", "zip"])?, format, &out, "new", &["zip"])?;
        macro_rules! frames {
            ($options:ident, $verb:ident) => {{
                let options = || $options::new(&*out);
                [
                    session.$verb(options().key_dtype("zip", "string"))?,
                    session.$verb(options().hive(false))?,
                    session.$verb(options().filter(col("v").gt(1)))?,
                    session.$verb(
                        options()
                            .key_dtype("zip", "int64")
                            .filter(col("zip").eq(77)),
                    )?,
                    session.$verb(options().columns(["zip", "v"]))?,
                ]
            }};
        }
        let [text, none, some, nothing, chosen] = match format {
            "csv" => frames!(ReadCsv, read_csv),
            "json" => frames!(ReadJson, read_json),
            _ => frames!(ReadIpc, read_ipc),
        };
        assert_eq!(text.meta().dtype("zip")?.to_string(), "string", "{format}");
        assert_eq!(none.columns(), ["v"], "{format}");
        assert_eq!(some.len().get::<u64>()?, 1, "{format}");
        assert_eq!(
            (nothing.len().get::<u64>()?, nothing.npartitions()),
            (0, 1),
            "{format}"
        );
        assert_eq!(nothing.compute()?.num_rows(), 0, "{format}");
        assert_eq!(chosen.columns(), ["zip", "v"], "{format}");
        assert_eq!(chosen.compute()?.num_rows(), 2, "{format}");
    }
    Ok(())
}

#[test]
fn files_are_added_to_those_that_are_there() {
    let session = two_threads();
    let out = folder();
    let add = |generation, n| {
        rows(&session, generation, n)
            .to_parquet(ToParquet::new(out.path()).append())
            .expect("added")
    };
    assert_eq!((add(1, 12).files(), add(2, 2).rows()), (12, 20));
    let written = add(3, 1);
    assert_eq!(
        written.paths().next(),
        Some(out.path().join("part.14.parquet").as_path())
    );
    assert!(written.partitions().is_empty());
    let read = session.read_parquet(out.path()).expect("files");
    let table = read.compute().expect("rows");
    let generations: Vec<i64> = table
        .rows::<(i64, i64)>()
        .expect("rows")
        .map(|row| row.0)
        .collect();
    assert_eq!(generations.len(), 150);
    assert!(generations.is_sorted(), "new rows come after old ones");
    // Nothing that is read goes away.
    read.to_parquet(ToParquet::new(out.path()).append())
        .expect("its own files");
    assert_eq!(
        session
            .read_parquet(out.path())
            .expect("files")
            .len()
            .get::<i64>()
            .expect("a count"),
        300
    );
    read.compute().expect("the first files are untouched");
}

#[test]
fn partitions_that_are_touched_are_replaced() {
    let session = two_threads();
    let out = folder();
    let to = || ToParquet::new(out.path()).partition_on("region");
    let written = of_regions(&session, 1, 2, &["a", "b", "c/d"])
        .to_parquet(to())
        .expect("files");
    let told: Vec<(&str, usize, u64)> = written
        .partitions()
        .iter()
        .map(|part| (part.folder(), part.files(), part.rows()))
        .collect();
    assert_eq!(
        told,
        [
            ("region=a", 2, 6),
            ("region=b", 2, 7),
            ("region=c%2Fd", 2, 7)
        ]
    );
    assert_eq!(
        written
            .partitions()
            .iter()
            .map(WrittenPartition::bytes)
            .sum::<u64>(),
        written.bytes()
    );
    let written = of_regions(&session, 2, 1, &["b", "e"])
        .to_parquet(to().overwrite_partitions())
        .expect("files");
    assert_eq!(written.files(), 2);
    let df = session.read_parquet(out.path()).expect("files");
    assert_eq!(df.columns(), ["generation", "row", "region"]);
    let count = |generation: i64| {
        let rows = df.filter(col("generation").eq(generation)).expect("rows");
        rows.len().get::<i64>().expect("a count")
    };
    assert_eq!((count(1), count(2)), (13, 10));
    let c = df.filter(col("region").eq("c/d")).expect("rows");
    assert_eq!(c.len().get::<i64>().expect("a count"), 7);
    // Nobody knows beforehand which of its files a frame would replace.
    let error = df
        .to_parquet(to().overwrite_partitions())
        .expect_err("its own files");
    is_source_error(&error, "part.0.parquet");
    df.persist()
        .expect("rows")
        .to_parquet(to().overwrite_partitions())
        .expect("not read any more");
    // The same partition by another program's name would be there twice.
    std::fs::rename(
        out.path().join("region=c%2Fd"),
        out.path().join("region=c%2fd"),
    )
    .expect("a folder");
    let error = of_regions(&session, 3, 1, &["c/d"])
        .to_parquet(to().overwrite_partitions())
        .expect_err("a folder that would stay");
    let text = error.to_string();
    assert!(
        text.contains("its folder `region=c%2fd` would stay beside `region=c%2Fd`"),
        "{text}"
    );
}
