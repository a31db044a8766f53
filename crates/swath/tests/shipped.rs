//! The plugins that come with swath, all in one session, as the libraries that their users get.
//!
//! Those in Rust are another workspace, with a lock file of its own: `cargo xtask test` builds them and runs what is ignored here.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::de::DeserializeOwned;
use swath::map_partitions;
use swath::prelude::*;

use tempfile::TempDir;

/// Where the project begins.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A session with these libraries; the folder has copies of what is loaded.
fn session(libraries: &[PathBuf]) -> swath::Result<(Session, TempDir)> {
    let folder = tempfile::tempdir().expect("a folder");
    let session = Session::builder().threads(2).memory_limit("256MiB");
    let session = session
        .plugin_copies(folder.path().join("copies"))
        .build()?;
    for library in libraries {
        session.load_plugin(library)?;
    }
    Ok((session, folder))
}

/// A session with all that are written in Rust.
fn shipped() -> swath::Result<(Session, TempDir)> {
    let built = Path::new(TOP).join("target/plugins/debug");
    let names = ["geo", "sessionize", "sketch", "textstats"];
    session(&names.map(|name| built.join(format!("lib{name}.so"))))
}

fn rows<R: DeserializeOwned>(df: &DataFrame, columns: &[&str]) -> swath::Result<Vec<R>> {
    let table = df.select(columns)?.compute()?;
    Ok(table.rows()?.collect())
}

const CITIES: &str = "city,lat,lon\nBerlin,52.5200,13.4050\nParis,48.8566,2.3522\nLima,-12.0464,-77.0428\nnowhere,,0.0\n";

#[test]
#[ignore = "`cargo xtask test` builds the libraries"]
fn places() -> swath::Result<()> {
    let (session, _folder) = shipped()?;
    let all = Batch::from_csv(CITIES)?;
    let cities = session.from_batches((0..4).map(|row| all.slice(row, 1)))?;
    let place = [col("lat"), col("lon")];
    let berlin = [52.52, 13.405].map(lit);
    let far = plugin("geo.haversine_km").call([place.clone(), berlin].concat());
    let cell = plugin("geo.geohash").param("precision", 5).call(place);
    let cities = cities.assign("km", far)?.assign("cell", cell)?;
    let found: Vec<(Option<f64>, Option<String>)> = rows(&cities, &["km", "cell"])?;
    let found = found
        .iter()
        .map(|(km, cell)| (km.map(f64::round), cell.as_deref()));
    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            (Some(0.0), Some("u33dc")),
            (Some(877.0), Some("u09tv")),
            (Some(11_098.0), Some("6mc5q")),
            (None, None)
        ]
    );
    // The middle of a cell is half of it away at most.
    for (middle, of, half) in [("geohash_lat", "lat", 0.022), ("geohash_lon", "lon", 0.022)] {
        let middle = plugin(format!("geo.{middle}")).call([col("cell")]);
        let away = cities.assign("away", (middle - col(of)).abs())?;
        assert!(away.max("away")?.get::<f64>()? <= half);
    }

    let points = Batch::from_csv("lat,lon\n50.0,10.0\n-30.0,-70.0\n47.0,1.0\n,\n52.0,13.0\n")?;
    let points = session.from_batches((0..5).map(|row| points.slice(row, 1)))?;
    let nearest = plugin("geo.nearest").param("name", "city");
    let found = map_partitions([&points, &cities], nearest)?;
    assert_eq!(found.npartitions(), 5);
    let names: Vec<(Option<String>, Option<f64>)> = rows(&found, &["nearest", "nearest_km"])?;
    let names: Vec<_> = names
        .iter()
        .map(|(name, km)| (name.as_deref(), km.is_some()))
        .collect();
    let there = |name| (Some(name), true);
    assert_eq!(
        names,
        [
            there("Berlin"),
            there("Lima"),
            there("Paris"),
            (None, false),
            there("Berlin")
        ]
    );
    Ok(())
}

/// What sees its neighbours sees them however rows are cut.
#[test]
#[ignore = "`cargo xtask test` builds the libraries"]
fn visits() -> swath::Result<()> {
    let (session, _folder) = shipped()?;
    // Gaps of 7 to 41 minutes, by three users.
    let mut at = 0;
    let events: Vec<(&str, i64)> = (0..60_i64)
        .map(|row| {
            at += 7 + row * 17 % 35;
            (["a", "b", "c"][(row * row % 3) as usize], at)
        })
        .collect();
    let lines = events.iter().map(|(user, at)| {
        let (day, hour, minute) = (5 + at / 1440, at / 60 % 24, at % 60);
        format!("{user},2026-01-{day:02}T{hour:02}:{minute:02}:00\n")
    });
    let all = Batch::from_csv(&format!("uid,ts\n{}", lines.collect::<String>()))?;
    let is_alone = |row: usize, others: &[(&str, i64)]| {
        let (user, at) = events[row];
        let mut others = others.iter();
        !others.any(|(other, time)| *other == user && at.abs_diff(*time) <= 30)
    };
    let marks = |row: usize| {
        let [starts, ends] = [&events[..row], &events[row + 1..]];
        (is_alone(row, starts), is_alone(row, ends))
    };
    let expected: Vec<(bool, bool)> = (0..60).map(marks).collect();
    let visits = |end: &str| {
        let visits = plugin(format!("sessionize.visit_{end}"));
        visits.param("user", "uid").param("time", "ts")
    };
    for parts in [1, 2, 7, 64] {
        let cuts = (0..parts).map(|part| (part * 60 / parts, (part + 1) * 60 / parts));
        let df = session.from_batches(cuts.map(|(from, to)| all.slice(from, to - from)))?;
        let df = df
            .map_overlap(visits("starts"))?
            .map_overlap(visits("ends"))?;
        let found: Vec<(bool, bool)> = rows(&df, &["visit_start", "visit_end"])?;
        assert_eq!(found, expected, "{parts} partitions");
    }
    Ok(())
}

/// Sketches are as near as they say, and the same however rows are cut.
#[test]
#[ignore = "`cargo xtask test` builds the libraries"]
fn sketches() -> swath::Result<()> {
    let (session, _folder) = shipped()?;
    // Of `few`, 100 different numbers; of `many`, 20,000.
    let numbers = 40_000_i64;
    let group: Vec<&str> = (0..numbers)
        .map(|n| ["few", "many"][(n % 2) as usize])
        .collect();
    let x: Vec<f64> = (0..numbers)
        .map(|n| if n % 2 == 0 { n / 2 % 100 } else { n / 2 } as f64)
        .collect();
    let all = Batch::from_columns([("group", group)])?.with("x", x)?;
    let mut before = None;
    for parts in [1, 7, 64] {
        let n = all.num_rows();
        let cuts = (0..parts).map(|part| (part * n / parts, (part + 1) * n / parts));
        let df = session.from_batches(cuts.map(|(from, to)| all.slice(from, to - from)))?;
        for every in [2, 8] {
            let sketches = df.groupby("group").split_every(every).agg([
                ("distinct", plugin("sketch.distinct").agg(col("x"))),
                ("median", plugin("sketch.quantile").agg(col("x"))),
            ])?;
            let mut found: Vec<(String, i64, f64)> = sketches.compute()?.rows()?.collect();
            found.sort_by(|one, other| one.0.cmp(&other.0));
            let [(few, exactly, small), (many, about, large)] = &found[..] else {
                unreachable!("{found:?}");
            };
            assert_eq!(
                (few.as_str(), *exactly, many.as_str()),
                ("few", 100, "many")
            );
            // Three times the standard error, and the error that is promised.
            assert!(
                (*about as f64 - 20_000.0).abs() < 20_000.0 * 0.016 * 3.0,
                "{about}"
            );
            assert_ne!(*about, 20_000, "it is a sketch");
            assert!((small - 50.0).abs() <= 1.0, "{small}");
            assert!((large - 10_000.0).abs() <= 101.0, "{large}");
            assert_eq!(*before.get_or_insert_with(|| found.clone()), found);
        }
    }
    Ok(())
}

/// What is measured of a text: characters, words, how long these are, and bits.
type Measured = (Option<i64>, Option<i64>, Option<f64>, Option<f64>);

#[test]
#[ignore = "`cargo xtask test` builds the libraries"]
fn texts() -> swath::Result<()> {
    let (session, _folder) = shipped()?;
    let notes = [
        "id,note\n1,Café au lait\n2,\n",
        "id,note\n3,AB 12\n4,xxxx\n",
    ];
    let notes = notes.map(Batch::from_csv).into_iter();
    let notes = session.from_batches(notes.collect::<Result<Vec<_>, _>>()?)?;
    let of_note = |function: &str| plugin(format!("textstats.{function}")).call([col("note")]);
    let found = notes
        .assign("chars", of_note("char_count"))?
        .assign("words", of_note("word_count"))?
        .assign("length", of_note("mean_word_length"))?
        .assign("bits", of_note("entropy"))?;
    let found: Vec<Measured> = rows(&found, &["chars", "words", "length", "bits"])?;
    let round = |(chars, words, length, bits): &Measured| {
        let hundredths = |x: &Option<f64>| x.map(|x| (x * 100.0).round() as i64);
        (*chars, *words, hundredths(length), hundredths(bits))
    };
    assert_eq!(
        found.iter().map(round).collect::<Vec<_>>(),
        [
            (Some(12), Some(3), Some(333), Some(302)),
            (None, None, None, None),
            (Some(5), Some(2), Some(200), Some(232)),
            (Some(4), Some(1), Some(400), Some(0)),
        ]
    );
    let features = plugin("textstats.features").param("column", "note");
    let features = features.param(
        "features",
        Value::List(["uppercase", "digits"].map(Value::from).into()),
    );
    let found = notes.map_partitions(features)?;
    let found: Vec<(Option<f64>, Option<f64>)> = rows(&found, &["note_uppercase", "note_digits"])?;
    assert_eq!(
        found[1..],
        [(None, None), (Some(1.0), Some(0.4)), (Some(0.0), Some(0.0))]
    );
    Ok(())
}

/// The plugin in C, which any test can build.
#[test]
fn bits() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let library = folder.path().join("libbits.so");
    let made = Command::new("cc")
        .args(["-std=c11", "-shared", "-fPIC", "-I"])
        .arg(Path::new(TOP).join("crates/swath-plugin-abi/include"))
        .arg("-o")
        .arg(&library)
        .arg(Path::new(TOP).join("plugins/bits/bits.c"))
        .status();
    assert!(made.expect("there is a C compiler").success());
    let (session, _folder) = session(&[library])?;
    let numbers: Vec<i64> = (0..100).chain([-1, i64::MIN, i64::MAX]).collect();
    let parts = numbers
        .chunks(20)
        .map(|part| Batch::from_columns([("n", part.to_vec())]));
    let df = session.from_batches(parts.collect::<Result<Vec<_>, _>>()?)?;
    let counted = df.assign("bits", plugin("bits.count").call([col("n")]))?;
    let found: Vec<(i64, i64)> = rows(&counted, &["n", "bits"])?;
    let expected = numbers.iter().map(|n| (*n, i64::from(n.count_ones())));
    assert_eq!(found, expected.collect::<Vec<_>>());
    let odd = df.filter((plugin("bits.count").call([col("n")]) % 2).eq(1))?;
    let expected = numbers.iter().filter(|n| n.count_ones() % 2 == 1).count();
    assert_eq!(odd.len().get::<i64>()?, expected as i64);
    Ok(())
}
