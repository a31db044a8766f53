//! Rows as text: the one table printer, for batches and for results.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use swath_meta::{DType, Meta};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::Value;
use crate::value::{write_float, write_float32};

/// Columns of text that a table takes where nobody said otherwise.
pub const DEFAULT_WIDTH: usize = 120;

/// Rows that a table shows where nobody said otherwise.
pub const DEFAULT_ROWS: usize = 20;

/// Columns of text that one cell takes at most.
const CELL_WIDTH: usize = 40;

/// Between two columns.
const GAP: &str = "  ";

/// Between the index and the data columns.
const BAR: &str = " │ ";

/// Renders rows as a table of at most `width` columns of text and `max_rows` rows.
///
/// Names, dtypes, a rule, the rows, and a line that counts them all. Index columns come first, divided from the
/// others by a bar. Numbers are aligned right. Where there are more rows or columns than fit, the middle ones give way to
/// `…`; a long cell loses its end. Control characters are shown escaped. `total_rows` is what
/// the last line counts: `batches` may hold less, but must then hold the first and the last rows.
///
/// ```
/// let batch = swath_batch::Batch::from_csv("region,amount\neu,10.5\nus,\n")?;
/// let table = "region   amount
/// string  float64
/// ───────────────
/// eu         10.5
/// us         null
///
/// 2 rows, 2 columns";
/// assert_eq!(batch.to_string(), table);
/// # Ok::<(), swath_batch::BatchError>(())
/// ```
pub fn render_table(
    meta: &Meta,
    batches: &[RecordBatch],
    total_rows: u64,
    width: usize,
    max_rows: usize,
) -> String {
    let held: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let elided = total_rows > max_rows as u64 || total_rows > held as u64;
    let shown = held.min(max_rows.max(1));
    let upper = if elided { shown.div_ceil(2) } else { shown };
    let places: Vec<(usize, usize)> = (0..upper)
        .chain(held - (shown - upper)..held)
        .map(|row| locate(batches, row))
        .collect();
    let index = meta.index().len();
    let columns: Vec<Column> = meta
        .fields()
        .iter()
        .enumerate()
        .map(|(at, field)| {
            let mut cells: Vec<String> = places
                .iter()
                .map(|&(batch, row)| cell(batches[batch].column(at), row))
                .collect();
            if elided {
                cells.insert(upper, "…".into());
            }
            let mut column = Column {
                name: clip(&field.name),
                dtype: clip(&field.dtype.to_string()),
                cells,
                right: is_number(&field.dtype),
                width: 0,
                index: at < index,
            };
            column.width = column
                .texts()
                .map(UnicodeWidthStr::width)
                .max()
                .unwrap_or(0);
            column
        })
        .collect();
    let columns = fit(columns, width, places.len() + usize::from(elided));
    let mut out = String::new();
    write_table(&mut out, &columns);
    let plural =
        |n: u64, noun: &str| format!("{} {noun}{}", thousands(n), if n == 1 { "" } else { "s" });
    if !columns.is_empty() {
        out.push('\n');
    }
    out.push_str(&plural(total_rows, "row"));
    out.push_str(", ");
    out.push_str(&plural(meta.len() as u64, "column"));
    out
}

struct Column {
    name: String,
    dtype: String,
    cells: Vec<String>,
    right: bool,
    width: usize,
    index: bool,
}

impl Column {
    fn texts(&self) -> impl Iterator<Item = &str> {
        [self.name.as_str(), self.dtype.as_str()]
            .into_iter()
            .chain(self.cells.iter().map(String::as_str))
    }
}

/// Drops columns from the middle until the rest fits; the first and the last always stay.
fn fit(mut columns: Vec<Column>, width: usize, rows: usize) -> Vec<Column> {
    let wide = |columns: &[Column]| {
        columns
            .iter()
            .map(|column| column.width + GAP.len())
            .sum::<usize>()
            + usize::from(columns.iter().any(|column| column.index))
    };
    if wide(&columns) <= width + GAP.len() || columns.len() <= 2 {
        return columns;
    }
    let gap = 1 + GAP.len();
    while columns.len() > 2 && wide(&columns) + gap > width + GAP.len() {
        columns.remove(columns.len() / 2);
    }
    let middle = columns.len().div_ceil(2);
    let index = columns[middle - 1].index && columns[middle].index;
    columns.insert(
        middle,
        Column {
            name: "…".into(),
            dtype: "…".into(),
            cells: vec!["…".into(); rows],
            right: false,
            width: 1,
            index,
        },
    );
    columns
}

fn write_table(out: &mut String, columns: &[Column]) {
    if columns.is_empty() {
        return;
    }
    let text_of = |column: &Column, line: usize| match line {
        0 => column.name.clone(),
        1 => column.dtype.clone(),
        _ => column.cells[line - 2].clone(),
    };
    for line in 0..columns[0].cells.len() + 2 {
        let mut text = String::new();
        for (at, column) in columns.iter().enumerate() {
            text.push_str(between(columns, at, GAP, BAR));
            pad(
                &mut text,
                &text_of(column, line),
                column.width,
                column.right,
            );
        }
        out.push_str(text.trim_end());
        out.push('\n');
        if line == 1 {
            for (at, column) in columns.iter().enumerate() {
                out.push_str(between(columns, at, "──", "─┼─"));
                out.push_str(&"─".repeat(column.width));
            }
            out.push('\n');
        }
    }
}

/// What stands before a column: nothing, a gap, or the bar after the last index column.
fn between<'a>(columns: &[Column], at: usize, gap: &'a str, bar: &'a str) -> &'a str {
    match at {
        0 => "",
        _ if columns[at - 1].index && !columns[at].index => bar,
        _ => gap,
    }
}

fn pad(out: &mut String, text: &str, width: usize, right: bool) {
    let blanks = " ".repeat(width.saturating_sub(text.width()));
    let (before, after) = if right {
        (blanks.as_str(), "")
    } else {
        ("", blanks.as_str())
    };
    out.push_str(before);
    out.push_str(text);
    out.push_str(after);
}

/// The batch and the row in it of one row of all.
fn locate(batches: &[RecordBatch], mut row: usize) -> (usize, usize) {
    for (at, batch) in batches.iter().enumerate() {
        if row < batch.num_rows() {
            return (at, row);
        }
        row -= batch.num_rows();
    }
    (batches.len(), row)
}

fn cell(column: &dyn Array, row: usize) -> String {
    let mut text = String::new();
    let written = match column.data_type() {
        _ if column.is_null(row) => return "null".into(),
        // At its own width: 0.1 in 32 bits is 0.10000000149011612 in 64.
        DataType::Float32 => {
            write_float32(&mut text, column.as_primitive::<Float32Type>().value(row))
        }
        DataType::Float64 => {
            write_float(&mut text, column.as_primitive::<Float64Type>().value(row))
        }
        _ => return clip(&Value::from_array(column, row).to_string()),
    };
    written.expect("text never fails");
    text
}

/// Escapes control characters, and cuts what is too wide.
fn clip(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    let mut cut = 0;
    for char in text.chars() {
        let wide = char.width();
        let shown = match wide {
            Some(_) => char.to_string(),
            None => char.escape_default().to_string(),
        };
        width += wide.unwrap_or(shown.len());
        if width > CELL_WIDTH {
            out.truncate(cut);
            out.push('…');
            return out;
        }
        out.push_str(&shown);
        if width < CELL_WIDTH {
            cut = out.len();
        }
    }
    out
}

fn is_number(dtype: &DType) -> bool {
    dtype.is_numeric() || matches!(dtype, DType::Duration(_))
}

/// Digits in groups of three.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Batch;
    use std::sync::Arc;

    fn rows(n: i64) -> Batch {
        Batch::from_columns([
            ("n", (0..n).collect::<Vec<_>>()),
            ("square", (0..n).map(|n| n * n).collect()),
        ])
        .expect("two columns")
    }

    #[track_caller]
    fn render(batch: &Batch, width: usize, max_rows: usize) -> String {
        let batches = [batch.record_batch().clone()];
        let table = render_table(
            batch.meta(),
            &batches,
            batch.num_rows() as u64,
            width,
            max_rows,
        );
        for line in table.lines() {
            assert!(line.width() <= width, "{line}");
        }
        table
    }

    #[test]
    fn kinds_of_cells() {
        let text = "day,at,ok,amount,n,note
2024-02-29,2024-02-29T12:00:00,true,10.5,1,\"a, b\"
,2024-02-29T12:00:00.25,false,NaN,-20,
1999-12-31,,,1e300,,naïve 東京
";
        insta::assert_snapshot!(render(&Batch::from_csv(text).expect("a table"), 100, 10));
    }

    #[test]
    fn long_tables_lose_their_middle() {
        insta::assert_snapshot!(render(&rows(12_345), 80, 5));
        insta::assert_snapshot!(render(&rows(3), 80, 3));
        insta::assert_snapshot!(render(&rows(3), 80, 1));
        insta::assert_snapshot!(render(&rows(0), 80, 5));
    }

    #[test]
    fn wide_tables_lose_their_middle() {
        let columns = (0..30).map(|at| (format!("column {at}"), vec![i64::from(at); 2]));
        let wide = Batch::from_columns(columns).expect("thirty columns");
        insta::assert_snapshot!(render(&wide, 60, 5));
    }

    #[test]
    fn an_index_stands_before_a_bar() {
        let batch = rows(2);
        let meta = Arc::new(batch.meta().set_index(["n"]).expect("a column"));
        let batch = Batch::try_new(batch.into_record_batch(), meta).expect("the same columns");
        insta::assert_snapshot!(render(&batch, 80, 5));
    }

    #[test]
    fn hostile_text_stays_on_its_line() {
        let text = [
            "two\nlines",
            "\u{1b}[31mred",
            &"x".repeat(100),
            &"東".repeat(30),
        ]
        .map(str::to_owned);
        let batch = Batch::from_columns([("text", text.to_vec())]).expect("one column");
        insta::assert_snapshot!(render(&batch, 80, 5));
    }

    #[test]
    fn no_columns_still_count_rows() {
        let table = render_table(&Meta::empty(), &[], 3, 80, 5);
        insta::assert_snapshot!(table);
    }
}
