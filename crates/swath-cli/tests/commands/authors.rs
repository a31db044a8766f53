//! The way of authors who have nothing, and of those who use what they wrote: as the guide tells it, in folders outside this workspace,
//! with nothing fetched and without a warning.

use std::path::PathBuf;
use std::process::Command;

use swath::prelude::*;
use swath::{Shuffle, Table};
use tempfile::TempDir;

use super::swath as run_swath;

/// Where everything that authors build is built.
const TARGET: &str = env!("CARGO_TARGET_TMPDIR");

/// The page that tells authors how.
const GUIDE: &str = include_str!("../../../../docs/how-to/write-a-plugin.md");

/// Crates beside each other, and the folder of a pipeline that uses them.
struct Authors(TempDir);

impl Authors {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("pipeline")).expect("a folder");
        Self(folder)
    }

    /// A file or folder of theirs.
    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// The program says nothing against it.
    #[track_caller]
    fn swath(&self, name: &str, arguments: &[&str]) {
        let output = run_swath(&self.at(name), arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success() && !said.contains("warning"),
            "{arguments:?}: {said}"
        );
    }

    /// Makes a crate, which gets the versions that this workspace is tested with.
    #[track_caller]
    fn begin(&self, name: &str, kind: &str) {
        self.swath(".", &["new", name, "--kind", kind]);
        let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
        std::fs::copy(lock, self.at(name).join("Cargo.lock")).expect("a copy");
    }

    /// Builds, tests and checks what is in a crate, and pins it in the pipeline.
    #[track_caller]
    fn hand_over(&self, name: &str) {
        let offline = ["--offline", "--target-dir", TARGET];
        let build = [&["build", "--debug", "--"], &offline[..]].concat();
        self.swath(name, &build);
        let tested = Command::new(env!("CARGO"))
            .arg("test")
            .args(offline)
            .current_dir(self.at(name))
            .status();
        assert!(tested.expect("cargo starts").success(), "{name}");
        let library = format!("{TARGET}/debug/lib{}.so", name.replace('-', "_"));
        self.swath(name, &["check", &library]);
        self.swath(
            name,
            &["pin", &library, "--into", "../pipeline/plugins.toml"],
        );
    }

    /// What the pipeline has: all that was pinned in its folder.
    fn session(&self) -> swath::Result<Session> {
        Session::builder()
            .threads(2)
            .memory_limit("256MiB")
            .plugins(self.at("pipeline/plugins.toml"))
            .plugin_copies(self.at("copies"))
            .build()
    }

    fn text_of(&self, path: &str) -> String {
        std::fs::read_to_string(self.at(path)).expect(path)
    }
}

/// The lines that the guide shows of a block which begins so, without those that it hides.
fn told(begin: &str) -> String {
    let (_, block) = GUIDE.split_once(begin).expect("the guide has it");
    let (block, _) = block.split_once("```").expect("it ends");
    let shown = block.lines().filter(|line| !line.starts_with("# "));
    format!("{begin}{}", shown.collect::<Vec<_>>().join("\n"))
}

/// The numbers of a column.
fn numbers(table: &Table, column: &str) -> Vec<f64> {
    let number = |row| table.value(column, row).map(f64::try_from);
    (0..table.num_rows())
        .map(|row| number(row).expect("a row").expect("a number"))
        .collect()
}

/// The guide's own plugin, and one of another author that uses it as the ordinary library that it is.
#[track_caller]
fn the_first_in_ten_minutes(authors: &Authors) {
    authors.begin("geo", "scalar");
    let geo = told("//! Places on Earth.\n");
    std::fs::write(authors.at("geo/src/lib.rs"), geo).expect("written");
    authors.hand_over("geo");

    authors.begin("poles", "scalar");
    let manifest = authors.text_of("poles/Cargo.toml");
    let uses = "[dependencies]\ngeo = { path = \"../geo\" }\n";
    let manifest = manifest.replace("[dependencies]\n", uses);
    std::fs::write(authors.at("poles/Cargo.toml"), manifest).expect("written");
    let poles = r"//! Places on Earth, from the other end.

use swath_plugin::prelude::*;

/// How far a latitude is from a pole, in km; null if it is null.
#[scalar]
pub fn from_pole_km(lat: f64) -> f64 {
    geo::from_equator_km(90.0) - geo::from_equator_km(lat)
}

plugin! { functions: [from_pole_km] }
";
    std::fs::write(authors.at("poles/src/lib.rs"), poles).expect("written");
    authors.hand_over("poles");
}

/// What the guide's reader writes into a pipeline.
fn trips(authors: &Authors) -> swath::Result<()> {
    let session = authors.session()?;
    let listed = session.plugins().to_string();
    for (plugin, function) in [("geo", "from_equator_km"), ("poles", "from_pole_km")] {
        let own = listed
            .lines()
            .filter(|line| line.contains(&format!(" {plugin}.")));
        let own: Vec<&str> = own.collect();
        assert!(own.len() == 1 && own[0].contains(function), "{listed}");
    }
    let trips = session.from_batches([Batch::from_csv("lat\n0.0\n-45.0\n")?])?;
    trips.to_parquet(authors.at("pipeline/trips"))?;
    let trips = session
        .read_parquet(authors.at("pipeline/trips"))?
        .assign("km", plugin("geo.from_equator_km").call([col("lat")]))?
        .assign("other", plugin("poles.from_pole_km").call([col("lat")]))?;
    let trips = trips.compute()?;
    assert_eq!(numbers(&trips, "km"), [0.0, 5000.983]);
    assert_eq!(numbers(&trips, "other"), [10_001.966, 5000.983]);
    Ok(())
}

/// Each kind of function that `new` begins with, once, where it belongs in a pipeline.
fn every_kind(authors: &Authors) -> swath::Result<()> {
    let session = authors.session()?;
    let rows = Batch::from_csv("id,x\n7,1.5\n1007,4.0\n8,-1.0\n2007,2.5\n")?;
    let df = session.from_batches([rows.head(2), rows.slice(2, 2)])?;

    let places = [52.52, 13.40, 48.86, 2.35].map(lit);
    let far = plugin("begun_scalar.haversine_km").call(places);
    let km = df.assign("km", far)?.compute()?;
    assert!(numbers(&km, "km").iter().all(|km| (km - 878.0).abs() < 2.0));

    let scale = plugin("begun_partition.scale")
        .param("column", "x")
        .param("factor", 2);
    let scaled = df.map_partitions(scale)?.compute()?;
    assert_eq!(numbers(&scaled, "x"), [3.0, 8.0, -2.0, 5.0]);

    let spread = df.agg([("spread", plugin("begun_aggregate.spread").agg(col("x")))])?;
    assert_eq!(numbers(&spread.compute()?, "spread"), [5.0]);

    let blocks = Shuffle::on("id")
        .by(plugin("begun_partitioner.blocks"))
        .npartitions(2);
    let together = df.shuffle(blocks)?.partitions(1)?.compute()?;
    assert_eq!(numbers(&together, "x"), [4.0], "of the second block");

    let logs = authors.at("logs");
    std::fs::create_dir(&logs).expect("a folder");
    std::fs::write(logs.join("a.log"), "one\ntwo\n").expect("written");
    std::fs::write(logs.join("b.log"), "three\n").expect("written");
    let logs = logs.to_string_lossy();
    let lines = session.read(plugin("begun_source.lines").param("folder", &*logs))?;
    assert_eq!(lines.npartitions(), 2);

    let written = authors.at("written");
    let written = written.to_string_lossy();
    let sink = plugin("begun_sink.lines")
        .param("folder", &*written)
        .param("column", "line");
    assert_eq!(lines.filter(col("line").ne("two"))?.write(sink)?.rows(), 2);
    assert_eq!(authors.text_of("written/part.0.txt"), "one\n");
    assert_eq!(authors.text_of("written/part.1.txt"), "three\n");
    Ok(())
}

/// What `new` makes of each kind of function is built, tested, checked and pinned, and so is the plugin of the guide and one that depends
/// on it; then a pipeline uses them all.
#[test]
#[ignore = "compiles Arrow for a crate outside this workspace, which takes minutes; `cargo xtask test` runs it"]
fn authors_begin_with_nothing() -> swath::Result<()> {
    let authors = Authors::new();
    for kind in [
        "scalar",
        "partition",
        "aggregate",
        "partitioner",
        "source",
        "sink",
    ] {
        let name = format!("begun-{kind}");
        authors.begin(&name, kind);
        authors.hand_over(&name);
    }
    the_first_in_ten_minutes(&authors);
    every_kind(&authors)?;
    trips(&authors)
}
