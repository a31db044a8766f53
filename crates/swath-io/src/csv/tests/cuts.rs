//! Wherever a file is cut, its rows are those of the whole file.

use proptest::prelude::*;
use std::fmt::Write as _;
use std::sync::Arc;

use super::fixture::{Folder, context, rows_of};
use crate::{CsvDataset, Dataset, IoContext, IoError, ReadCsv, ScanRequest};

/// Files that look like others from the middle.
const ADVERSARIAL: [&str; 12] = [
    "a,b\n1,\"x\ny,z\n\"\n2,\"q\"\"\n\"\"r\"\n3,plain\n",
    // Every line inside of the quotes is a record too.
    "a,b\n1,\"\nc,d\ne,f\ng,h\ni,j\nk,l\nm,n\no,p\n\"\n2,x\n",
    // Inside and outside look the same the other way round.
    "a,b\n\"x\",\"y\n\"\"1\"\",\"\"2\"\"\n\"\"3\"\",\"\"4\"\"\n\"\n5,6\n",
    "a,b\n\n\n1,2\r\n\r\n3,4\r\n",
    "a,b\n1,\"\"\n2,\"\"\"\"\n3,\"\n\"\n4,\",\"\n",
    "a,b\n5\" disk,x\n3\"x,\"y\nz\"\n\"q\"w,e\n",
    "a,b\n1,2\n3,4",
    "a,b\n\"é\nü\",ö\n\"ß\",\"日\n本\"\n",
    "a,b\n\",\n\",\"\n,\"\n\"\n,\",\",\n\"\nx,y\n",
    // Carriage returns alone, in pairs, in quotes and beside line feeds.
    "a,b\r1,2\r\r3,\"4\r\n5\"\r6,7\n8,9\r\n10,11\r",
    "a,b\r\n\r\n1,2\r\r\n3,4\n\r5,\r6,\"\r\"\r",
    "a,b\n1,\"\rc,d\re,f\r\ng,h\n\"\r2,x\r",
];

fn read_cut(path: &str, blocksize: usize, backwards: bool) -> Result<Vec<String>, IoError> {
    let context = context();
    // A wrong guess is found out, and made no second time.
    match read_once(path, blocksize, backwards, &context) {
        Err(IoError::Misread { .. }) => read_once(path, blocksize, backwards, &context),
        result => result,
    }
}

fn read_once(
    path: &str,
    blocksize: usize,
    backwards: bool,
    context: &IoContext,
) -> Result<Vec<String>, IoError> {
    let options = ReadCsv::new(path)
        .blocksize(blocksize.to_string())
        .dtype("a", "string")
        .dtype("b", "string");
    let dataset = CsvDataset::open(&options, context)?;
    let units: Vec<Vec<usize>> = dataset.all_units().map(|unit| vec![unit]).collect();
    let parts = dataset.parts(&units);
    let request = ScanRequest::new(["a", "b"]);
    let mut rows: Vec<Vec<String>> = vec![Vec::new(); parts.len()];
    let mut order: Vec<usize> = (0..parts.len()).collect();
    if backwards {
        order.reverse();
    }
    for at in order {
        rows[at] = rows_of(parts[at].as_ref(), &request, context)?.0;
    }
    Ok(rows.concat())
}

#[track_caller]
fn check_all_cuts(text: &str) {
    let folder = Folder::of(&[("a.csv", text)]);
    let path = folder.path("a.csv");
    let whole = read_cut(&path, text.len(), false).expect("one block");
    for blocksize in 1..text.len() {
        for backwards in [false, true] {
            let cut = read_cut(&path, blocksize, backwards)
                .unwrap_or_else(|error| panic!("{text:?} in blocks of {blocksize}: {error}"));
            assert_eq!(
                cut, whole,
                "{text:?} in blocks of {blocksize}, backwards {backwards}"
            );
        }
    }
}

#[test]
fn every_cut_of_adversarial_files_gives_the_same_rows() {
    for text in ADVERSARIAL {
        check_all_cuts(text);
    }
}

/// A block that nobody reads up to is not guessed: what stands before it is read first.
#[test]
fn a_block_on_its_own_has_its_own_rows() {
    for text in ADVERSARIAL {
        let folder = Folder::of(&[("a.csv", text)]);
        let path = folder.path("a.csv");
        let whole = read_cut(&path, text.len(), false).expect("one block");
        for blocksize in 1..text.len() {
            let options = ReadCsv::new(path.as_str())
                .blocksize(blocksize.to_string())
                .dtype("a", "string")
                .dtype("b", "string");
            let dataset = CsvDataset::open(&options, &context()).expect("a file");
            let mut rows = Vec::new();
            for unit in dataset.all_units() {
                // A context of its own: nothing is known from the units before.
                let part = dataset.parts(&[vec![unit]]).remove(0);
                let request = ScanRequest::new(["a", "b"]);
                rows.extend(
                    rows_of(part.as_ref(), &request, &context())
                        .expect("rows")
                        .0,
                );
            }
            assert_eq!(rows, whole, "{text:?} in blocks of {blocksize}");
        }
    }
}

/// Escapes hide line ends as quotes do, also where there are no quotes.
#[test]
fn a_line_end_behind_an_escape_is_no_cut() {
    let text = "a,b\n1,x\\\ny\n2,z\\\n\\\nw\n3,\\\n\n4,v\n";
    let folder = Folder::of(&[("a.csv", text)]);
    let read = |blocksize: usize| {
        let options = ReadCsv::new(folder.path("a.csv"))
            .quote(None)
            .escape('\\')
            .blocksize(blocksize.to_string())
            .dtype("a", "string")
            .dtype("b", "string");
        let dataset = CsvDataset::open(&options, &context()).expect("a file");
        let mut rows = Vec::new();
        for unit in dataset.all_units() {
            let part = dataset.parts(&[vec![unit]]).remove(0);
            let request = ScanRequest::new(["a", "b"]);
            rows.extend(
                rows_of(part.as_ref(), &request, &context())
                    .expect("rows")
                    .0,
            );
        }
        rows
    };
    let whole = read(text.len());
    assert_eq!(whole, ["1;x\ny", "2;z\n\nw", "3;\n", "4;v"]);
    for blocksize in 1..text.len() {
        assert_eq!(read(blocksize), whole, "in blocks of {blocksize}");
    }
}

/// Who stops early still says where the records end, so that the guess of the next is checked.
#[test]
fn a_reader_that_stops_early_confirms_the_next() {
    let text = ADVERSARIAL[1];
    let folder = Folder::of(&[("a.csv", text)]);
    let path = folder.path("a.csv");
    let mut misread = 0;
    for blocksize in 8..text.len() {
        let context = context();
        let options = ReadCsv::new(path.as_str()).blocksize(blocksize.to_string());
        let dataset = CsvDataset::open(&options, &context).expect("a file");
        let units: Vec<Vec<usize>> = dataset.all_units().map(|unit| vec![unit]).collect();
        let parts = dataset.parts(&units);
        let request = ScanRequest::new(["a"]);
        let mut ended = Vec::new();
        // The last first: nobody has read up to it yet.
        for part in parts.iter().rev() {
            let mut reader = part.open(&request, &context).expect("a reader");
            ended.push(reader.next().and_then(|_| reader.finish()).is_err());
        }
        misread += usize::from(ended.contains(&true));
        assert_eq!(context.record_starts.distrusts(), ended.contains(&true));
    }
    assert!(misread > 0, "some guesses of this file are wrong");
}

/// The rows of a part are those of another process that was handed the part.
#[test]
fn a_part_that_was_encoded_trusts_nobody() {
    use crate::{Formats, Part};
    use swath_graph::{Decoder, Encoder};

    let text = ADVERSARIAL[1];
    let folder = Folder::of(&[("a.csv", text)]);
    let options = ReadCsv::new(folder.path("a.csv")).blocksize("20");
    let dataset = CsvDataset::open(&options, &context()).expect("a file");
    let units: Vec<Vec<usize>> = dataset.all_units().map(|unit| vec![unit]).collect();
    let request = ScanRequest::new(["a", "b"]);
    let mut rows = Vec::new();
    for part in dataset.parts(&units) {
        let mut encoder = Encoder::new();
        part.encode(&mut encoder);
        let bytes = encoder.into_bytes().expect("plain data");
        let decoded: Arc<dyn Part> = Formats::standard()
            .get(part.format())
            .expect("the format")
            .decode_part(&Decoder::new(&bytes))
            .expect("a part");
        rows.extend(
            rows_of(decoded.as_ref(), &request, &context())
                .expect("rows")
                .0,
        );
    }
    assert_eq!(
        rows,
        read_cut(&folder.path("a.csv"), text.len(), false).expect("rows")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_cut_of_any_table_gives_the_same_rows(
        table in proptest::collection::vec(("[a\",\n\r ]{0,6}", "[b\",\n ]{0,6}"), 1..12),
    ) {
        let quoted = |text: &str| {
            if text.contains(['"', ',', '\n', '\r']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text.to_owned()
            }
        };
        let mut text = "a,b\n".to_owned();
        for (a, b) in &table {
            let _ = writeln!(text, "{},{}", quoted(a), quoted(b));
        }
        let folder = Folder::of(&[("a.csv", &text)]);
        let path = folder.path("a.csv");
        let whole = read_cut(&path, text.len(), false).expect("one block");
        let expected: Vec<String> = table
            .iter()
            .map(|(a, b)| {
                let shown = |text: &str| if text.is_empty() { "~".to_owned() } else { text.to_owned() };
                format!("{};{}", shown(a), shown(b))
            })
            .collect();
        prop_assert_eq!(&whole, &expected);
        for blocksize in 1..text.len() {
            prop_assert_eq!(&read_cut(&path, blocksize, blocksize % 2 == 0).expect("rows"), &whole);
        }
    }

    /// Lines are counted as they are read, whatever ends them and wherever they are cut.
    #[test]
    fn lines_that_nobody_reads_are_counted(
        lines in proptest::collection::vec(("[a\",\r\n ]{0,5}", "\n|\r|\r\n|\r\r\n"), 1..12),
    ) {
        let mut text = "a,b\n".to_owned();
        for (line, end) in &lines {
            let quoted = format!("x,\"{}\"", line.replace('"', "\"\""));
            let bare: String = line.chars().filter(|c| !matches!(c, '"' | '\r' | '\n' | ',')).collect();
            text += if line.len() % 2 == 0 { &quoted } else { &bare };
            text += end;
        }
        let folder = Folder::of(&[("a.csv", &text)]);
        let path = folder.path("a.csv");
        let rows = read_cut(&path, text.len(), false).expect("one block").len();
        for blocksize in 1..text.len() {
            let options = ReadCsv::new(path.as_str()).blocksize(blocksize.to_string());
            let dataset = CsvDataset::open(&options, &context()).expect("a file");
            let context = context();
            let counted: Result<usize, IoError> = dataset
                .all_units()
                .map(|unit| {
                    // Proven, each on its own.
                    let part = dataset.parts(&[vec![unit]]).remove(0);
                    let request = ScanRequest::new::<&str>([]);
                    Ok(rows_of(part.as_ref(), &request, &context)?.0.len())
                })
                .sum();
            prop_assert_eq!(counted.expect("lines"), rows, "in blocks of {}", blocksize);
        }
    }
}
