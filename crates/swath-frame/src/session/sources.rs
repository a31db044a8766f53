//! Where frames come from.

use std::panic::Location;
use std::sync::Arc;

use arrow_array::RecordBatch;
use swath_batch::{Batch, Partition};
use swath_expr::Expr;
use swath_graph::{Canon, Key, Name};
use swath_io::{
    CsvDataset, Dataset, IoError, IpcDataset, JsonDataset, ParquetDataset, ReadCsv, ReadIpc,
    ReadJson, ReadParquet,
};
use swath_memory::CancelToken;
use swath_meta::{Field, Meta};
use swath_ops::TaskValue;
use swath_plan::Plan;

use super::Session;
use crate::persisted::HeldSet;
use crate::{DataFrame, Error, Result, Table};

/// Rows handed in up to this size are named by their content; larger ones get a name of their own.
const HASHED_BYTES: u64 = 64 << 20;

impl Session {
    /// Reads Parquet files: a file, a folder, a glob, or a list of them; options through [`ReadParquet`]. A URL names
    /// objects of a store that the session was built with, or, with the feature `cloud`, of whichever it says.
    ///
    /// Lists the files and reads their footers now; rows are read when something is computed. Neighbouring row
    /// groups are packed into partitions of about 64 MiB decoded, unless the options say otherwise. All files
    /// must have the columns of the first one, unless the options admit others. Folders named `key=value` are columns.
    ///
    /// # Errors
    /// No file matches; a file is empty, truncated or corrupt; two files have different columns, or folders with different keys; a URL of a store that
    /// the session does not have.
    #[track_caller]
    pub fn read_parquet(&self, from: impl Into<ReadParquet>) -> Result<DataFrame> {
        let options = from.into();
        let open = ParquetDataset::open(&options, &self.env().io(CancelToken::new()));
        let frame = self.scan("read_parquet", open, Location::caller())?;
        frame.passing(options.predicate())
    }

    /// Reads CSV files: a file, a folder, a glob, or a list of them; options through [`ReadCsv`]. A URL names objects of a
    /// store that the session was built with. Files that end in `.gz` or `.zst` are decompressed.
    ///
    /// Lists the files now, reads the names of the columns from the first line of each, and looks at the beginning, the middle and
    /// the end of a few to infer dtypes that are not declared; rows are read when something is computed. Files are cut into blocks
    /// of about 64 MiB, one partition each, whatever is quoted in them; divisions are unknown, and every column may hold nulls.
    /// Only columns that are needed are parsed. Folders named `key=value` are columns.
    ///
    /// A value that is none of the inferred dtype is an error that names file, line, column and value, and the declaration
    /// that would fix it, unless [`on_bad_lines`](ReadCsv::on_bad_lines) says otherwise.
    ///
    /// # Errors
    /// No file matches; a file is empty; two files have different columns; an option that names no column or says nothing
    /// sensible; a URL of a store that the session does not have.
    ///
    /// ```
    /// # use swath_frame::{ReadCsv, Session, col};
    /// # let session = Session::testing();
    /// # let folder = tempfile::tempdir().unwrap();
    /// # std::fs::write(folder.path().join("a.csv"), "user,at\n7,2025-03-01 10:00:00\n9,2025-03-01 11:30:00\n").unwrap();
    /// # std::env::set_current_dir(folder.path()).unwrap();
    /// let logs = session.read_csv(ReadCsv::new("*.csv").dtype("user", "string"))?;
    /// assert_eq!(logs.meta().dtype("at")?.to_string(), "timestamp[us]");
    /// assert_eq!(logs.filter(col("user").eq("9"))?.len().compute()?.to_string(), "1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn read_csv(&self, from: impl Into<ReadCsv>) -> Result<DataFrame> {
        let options = from.into();
        let open = CsvDataset::open(&options, &self.env().io(CancelToken::new()));
        let frame = self.scan("read_csv", open, Location::caller())?;
        frame.passing(options.predicate())
    }

    /// Reads Arrow IPC files (Feather, version 2): a file, a folder, a glob, or a list of them; options through [`ReadIpc`]. A
    /// URL names objects of a store that the session was built with.
    ///
    /// Lists the files and reads their footers now; rows are read when something is computed, and of each record batch only the
    /// columns that are needed. Neighbouring record batches are packed into partitions of about 64 MiB decoded. All files must have
    /// the columns of the first one. Dictionaries of text are read as `string` in codes; as `category` where
    /// [`to_ipc`](DataFrame::to_ipc) wrote one. Divisions are unknown. Folders named `key=value` are columns. Files are never
    /// mapped into memory.
    ///
    /// # Errors
    /// No file matches; a file is empty, truncated, corrupt or a stream; two files have different columns; a URL of a store that
    /// the session does not have.
    ///
    /// ```
    /// # use swath_frame::{Batch, ReadIpc, Session};
    /// # let session = Session::testing();
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let df = session.from_batches([Batch::from_csv("region,amount\neu,10\nus,5\n")?])?;
    /// df.to_ipc(folder.path())?;
    /// let amounts = session.read_ipc(ReadIpc::new(folder.path()).columns(["amount"]))?;
    /// assert_eq!(amounts.sum("amount")?.get::<i64>()?, 15);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn read_ipc(&self, from: impl Into<ReadIpc>) -> Result<DataFrame> {
        let options = from.into();
        let open = IpcDataset::open(&options, &self.env().io(CancelToken::new()));
        let frame = self.scan("read_ipc", open, Location::caller())?;
        frame.passing(options.predicate())
    }

    /// Reads newline-delimited JSON, one object a line: a file, a folder, a glob, or a list of them; options through
    /// [`ReadJson`]. A URL names objects of a store that the session was built with. Files that end in `.gz` or `.zst` are
    /// decompressed.
    ///
    /// Lists the files now, and looks at the beginning, the middle and the end of a few to find the columns, in the order of their
    /// first appearance, and to infer dtypes that are not declared: numbers, truths, dates and timestamps in ISO 8601, lists,
    /// structs, else text. Rows are read when something is computed. Files are cut at line ends into blocks of about 64 MiB,
    /// one partition each; divisions are unknown, and every column may hold nulls. A key that a line does not have is null; a
    /// key that no line of the sample has, and no [`dtype`](ReadJson::dtype) names, is passed over. Folders named `key=value` are
    /// columns.
    ///
    /// A value that is none of the inferred dtype is an error that names file, line, column and value, and the declaration
    /// that would fix it, unless [`on_bad_lines`](ReadJson::on_bad_lines) says otherwise.
    ///
    /// # Errors
    /// No file matches; no file has a line; a line of the sample is no object; an option that names no column or says nothing
    /// sensible; a URL of a store that the session does not have.
    ///
    /// ```
    /// # use swath_frame::{ReadJson, Session, col};
    /// # let session = Session::testing();
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("a.jsonl");
    /// # std::fs::write(&path, "{\"user\": 7, \"tags\": [\"a\"]}\n{\"user\": 9, \"at\": \"2025-03-01T10:00:00Z\"}\n").unwrap();
    /// let events = session.read_json(ReadJson::new(&path).dtype("user", "string"))?;
    /// assert_eq!(events.columns(), ["user", "tags", "at"]);
    /// assert_eq!(events.meta().dtype("tags")?.to_string(), "list<string>");
    /// assert_eq!(events.filter(col("user").eq("9"))?.len().compute()?.to_string(), "1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn read_json(&self, from: impl Into<ReadJson>) -> Result<DataFrame> {
        let options = from.into();
        let open = JsonDataset::open(&options, &self.env().io(CancelToken::new()));
        let frame = self.scan("read_json", open, Location::caller())?;
        frame.passing(options.predicate())
    }

    /// A frame over files that were opened.
    fn scan<D: Dataset + 'static>(
        &self,
        verb: &'static str,
        dataset: std::result::Result<D, IoError>,
        location: &'static Location<'static>,
    ) -> Result<DataFrame> {
        let plan = dataset
            .map_err(Into::into)
            .and_then(|dataset| Plan::scan(Arc::new(dataset)))
            .map_err(|error| Error::planning(error, verb, location))?;
        Ok(DataFrame::new(self, plan, location))
    }

    /// A frame over rows from memory: one partition a batch. All batches must have the same columns.
    ///
    /// The rows are held by the session until the last frame over them is dropped, and count against the
    /// memory limit. Equal rows (up to 64 MiB) give equal frames.
    ///
    /// # Errors
    /// No batch; batches of different columns; the memory limit.
    #[track_caller]
    pub fn from_batches<B: Into<Batch>>(
        &self,
        batches: impl IntoIterator<Item = B>,
    ) -> Result<DataFrame> {
        let location = Location::caller();
        let batches: Vec<Batch> = batches.into_iter().map(Into::into).collect();
        self.hold_batches(&batches, "from_batches", location)
            .map_err(|error| error.in_call("from_batches", location))
    }

    pub(super) fn hold_batches(
        &self,
        batches: &[Batch],
        call: &'static str,
        location: &'static Location<'static>,
    ) -> Result<DataFrame> {
        let Some(first) = batches.first() else {
            return Err(Error::no_batches(call, location));
        };
        check_same_columns(batches, call, location)?;
        let meta = Arc::new(nullable_where_any(first.meta(), batches)?);
        let partitions = batches
            .iter()
            .map(|batch| Partition::try_new(Arc::clone(&meta), vec![batch.record_batch().clone()]))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let name = content_name(&partitions)?;
        if let Some(set) = self.persisted_set(&name) {
            return Ok(set.frame(self, None, location));
        }
        let held = partitions
            .into_iter()
            .enumerate()
            .map(|(at, rows)| {
                self.backend()
                    .hold(Key::new(name.clone(), at as u32), TaskValue::Rows(rows))
            })
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|error| Error::run(error, self))?;
        let set = self.keep(HeldSet::from_memory(name, meta, held, location));
        Ok(set.frame(self, None, location))
    }

    /// A frame over the rows of a table, with its columns, dtypes and index, even where it has no rows; see
    /// [`from_batches`](Self::from_batches). The table may come from another session.
    ///
    /// # Errors
    /// The memory limit.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\n")?])?;
    /// let by_k = df.groupby("k").sum("v")?.compute()?;
    /// let again = session.from_table(&by_k)?;
    /// assert_eq!(again.index(), ["k"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn from_table(&self, table: &Table) -> Result<DataFrame> {
        let location = Location::caller();
        self.hold_batches(&table.batches(), "from_table", location)
            .map_err(|error| error.in_call("from_table", location))
    }

    /// A frame over Arrow record batches; see [`from_batches`](Self::from_batches).
    ///
    /// # Errors
    /// An Arrow type without a logical dtype; batches of different columns; the memory limit.
    #[track_caller]
    pub fn from_record_batches(
        &self,
        batches: impl IntoIterator<Item = RecordBatch>,
    ) -> Result<DataFrame> {
        let location = Location::caller();
        let batches = batches
            .into_iter()
            .map(Batch::from_record_batch)
            .collect::<std::result::Result<Vec<_>, _>>()?;
        self.hold_batches(&batches, "from_record_batches", location)
            .map_err(|error| error.in_call("from_record_batches", location))
    }
}

/// All batches have the columns of the first one.
fn check_same_columns(
    batches: &[Batch],
    call: &'static str,
    location: &'static Location<'static>,
) -> Result<()> {
    let Some((first, others)) = batches.split_first() else {
        return Ok(());
    };
    for (batch, other) in (1..).zip(others) {
        if !first.meta().names().eq(other.meta().names()) {
            let (first, other) = (first.meta(), other.meta());
            return Err(Error::batches_differ(batch, first, other, call, location));
        }
        let fields = first.meta().fields().iter().zip(other.meta().fields());
        for ((expected, found), column) in fields.zip(other.record_batch().columns()) {
            if !expected.dtype.admits(column.data_type()) {
                let found = &found.dtype;
                return Err(Error::batch_dtypes_differ(
                    batch, expected, found, call, location,
                ));
            }
        }
    }
    Ok(())
}

/// The meta of the first batch, with nulls in the columns that have them in any batch.
fn nullable_where_any(first: &Meta, batches: &[Batch]) -> Result<Meta> {
    let nullable = |name: &str| {
        let mut fields = batches
            .iter()
            .filter_map(|batch| batch.meta().field(name).ok());
        fields.any(|field| field.nullable)
    };
    let fields = first.fields().iter().map(|field| Field {
        nullable: nullable(&field.name),
        ..field.clone()
    });
    Ok(Meta::try_new(fields, first.index())?)
}

fn content_name(partitions: &[Partition]) -> Result<Name> {
    if partitions.iter().map(Partition::bytes).sum::<u64>() > HASHED_BYTES {
        return Ok(Name::unique("from-batches"));
    }
    let mut canon = Canon::new("from-batches", 1);
    canon.seq(partitions.len());
    for partition in partitions {
        canon.bytes(&partition.encode()?);
    }
    Ok(Name::from_canon("from-batches", canon))
}

impl DataFrame {
    /// The rows that pass what the options of a reader say, where they say something.
    #[track_caller]
    fn passing(self, predicate: Option<&Expr>) -> Result<Self> {
        match predicate {
            Some(predicate) => self.filter(predicate),
            None => Ok(self),
        }
    }
}
