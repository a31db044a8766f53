//! A scalar and a source that return what they did not promise. Functions of partitions do so in `echo`.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array};
use insta::assert_snapshot;
use swath_batch::{Batch, Host};
use swath_plugin_abi::Wanted;
use swath_plugin_host::{Bound, CallError, Plugin};

use super::{compiled, number};

/// Compiles the plugin with each of these changes, and tells what is said of what it does then.
#[track_caller]
fn said(
    honest: &[(&str, &str)],
    lies: &[(&str, &str, &str)],
    called: impl Fn(&Plugin) -> Result<Vec<usize>, CallError>,
) -> String {
    let all = lies.iter().map(|(what, from, to)| {
        let folder = tempfile::tempdir().expect("a folder");
        let changes = [honest, &[(from, to)]].concat();
        let plugin = compiled(folder.path(), &changes).expect("it is a plugin");
        let error = called(&plugin).expect_err(what);
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        format!("{what}: {error}{}", cause.unwrap_or_default())
    });
    all.collect::<Vec<_>>().join("\n")
}

/// Where the answer of the scalar is whole.
const ANSWER: &str = "out->n_children = 1;\n    return answered();";

/// How many values come out for five.
fn counted(plugin: &Plugin) -> Result<Vec<usize>, CallError> {
    let function = plugin.function("count").expect("it is in the list");
    let Bound::Scalar(bound) = function.bind("{}", &number())? else {
        unreachable!("it is a scalar");
    };
    let numbers = Int64Array::from(vec![Some(0), None, Some(7), Some(-1), Some(8)]);
    let numbers: ArrayRef = Arc::new(numbers);
    Ok(vec![bound.call(&[numbers], 5, None)?.len()])
}

#[test]
fn a_scalar_that_lies_is_found() {
    let after = |lie: &str| ANSWER.replace("return", &format!("{lie}\n    return"));
    let lies = [
        ("fewer rows", "out->length--;"),
        ("more rows", "out->length++;"),
        ("a shorter column", "held->length--;"),
        ("no length", "out->length = -1;"),
        ("an offset", "held->offset = -1;"),
        ("released", "drop_array(out);"),
        ("a column that was released", "drop_array(held);"),
        ("no column", "out->n_children = 0;"),
        ("buffers", "held->n_buffers = -1;"),
        (
            "no values",
            "free((void *)held->buffers[1]), held->buffers[1] = NULL;",
        ),
        (
            "no bits",
            "free((void *)held->buffers[0]), held->buffers[0] = NULL;",
        ),
    ];
    let after = lies.map(|(what, lie)| (what, after(lie)));
    let mut lies: Vec<_> = after
        .iter()
        .map(|(what, to)| (*what, ANSWER, to.as_str()))
        .collect();
    lies.extend([
        ("another type", r#""l", "count""#, r#""u", "count""#),
        ("no type", r#""l", "count""#, r#""q?", "count""#),
        ("nulls", "->flags & ARROW_FLAG_NULLABLE", "->flags & 0"),
    ]);
    assert_snapshot!(said(&[], &lies, counted));
}

/// What makes the plugin a source of three rows. The lie comes where they are whole.
const SOURCE: &str = r#"
static struct swath_status list(const void *instance, struct swath_host host, struct swath_listed *out) {
    (void)instance, (void)host;
    static const char parts[] = "[{\"rows\":3,\"is_exact\":true}]";
    *out = (struct swath_listed){.parts = {.bytes = (const uint8_t *)parts, .length = sizeof parts - 1}};
    return answered();
}

static struct swath_status step(void *instance, uint32_t input, struct ArrowArray rows, struct swath_step *out) {
    (void)input, (void)rows;
    int *asked = instance;
    *out = (struct swath_step){.next = SWATH_STEP_DONE};
    if ((*asked)++ > 0) return answered();
    struct ArrowArray *held = malloc(sizeof *held);
    if (!held || !make_array(held, 3, 2, 0) || !make_array(&out->rows, 3, 1, 1)) abort();
    held->buffers[1] = calloc(3, sizeof(int64_t));
    out->rows.children[0] = held;
    out->rows.n_children = 1;
    out->next = SWATH_STEP_OUTPUT;
    /* whole */
    return answered();
}

static const struct swath_run_table RUN = {.entries = SWATH_RUN_TABLE_ENTRIES, .drop = free, .step = step};

static struct swath_status open_read(const void *instance, struct swath_host host, struct swath_place place,
                                     struct swath_str about, struct swath_str wanted, struct swath_run *out) {
    (void)instance, (void)host, (void)place, (void)about, (void)wanted;
    int *asked = calloc(1, sizeof *asked);
    if (!asked) abort();
    *out = (struct swath_run){.instance = asked, .table = &RUN};
    return answered();
}

static const struct swath_bound_table BOUND"#;

/// What is changed for that elsewhere.
const AS_SOURCE: [(&str, &str); 6] = [
    ("\"scalar", "\"source"),
    ("SWATH_KIND_SCALAR", "SWATH_KIND_SOURCE"),
    (
        "if (request->inputs.n_children != 1 ||",
        "if (request->inputs.n_children == 0) return NULL;\n    if (",
    ),
    (
        "request.inputs.children[0]->children[0]->flags & ARROW_FLAG_NULLABLE",
        "0",
    ),
    (
        ".open_aggregate = no_open_aggregate,",
        ".open_aggregate = no_open_aggregate,\n    .list = list,\n    .open_read = open_read,",
    ),
    ("\nstatic const struct swath_bound_table BOUND", SOURCE),
];

/// The task of the only partition.
struct Alone;

impl Host for Alone {
    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (0, 1)
    }
}

/// How many rows there are in each batch of the source.
fn read(plugin: &Plugin) -> Result<Vec<usize>, CallError> {
    let function = plugin.function("count").expect("it is in the list");
    let source = Arc::new(function.bind_source("{}")?);
    let listing = source.list(None)?;
    let wanted = Wanted {
        columns: vec!["count".to_owned()],
        ..Wanted::default()
    };
    let mut run = source.read(&listing.parts[0], &wanted, Arc::new(Alone))?;
    let mut found: Vec<Batch> = Vec::new();
    while let Some(batch) = run.next_batch()? {
        found.push(batch);
    }
    Ok(found.iter().map(Batch::num_rows).collect())
}

#[test]
fn a_source_that_lies_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let honest = compiled(folder.path(), &AS_SOURCE).expect("it is a plugin");
    assert_eq!(read(&honest).expect("rows"), [3]);
    let lies = [
        (
            "fewer rows",
            "/* whole */",
            "out->rows.length = held->length = 2;",
        ),
        (
            "more rows",
            "/* whole */",
            "out->rows.length = held->length = 3;\n    *asked = 0;",
        ),
        ("longer", "/* whole */", "out->rows.length++;"),
        ("no length", "/* whole */", "out->rows.length = -1;"),
        ("an offset", "/* whole */", "held->offset = -1;"),
        ("released", "/* whole */", "drop_array(&out->rows);"),
        (
            "a column that was released",
            "/* whole */",
            "drop_array(held);",
        ),
        ("no column", "/* whole */", "out->rows.n_children = 0;"),
        ("buffers", "/* whole */", "held->n_buffers = -1;"),
        (
            "nulls",
            "/* whole */",
            "held->buffers[0] = calloc(1, 1), held->null_count = 3;",
        ),
        ("another output", "/* whole */", "out->output = 1;"),
        ("no step", "/* whole */", "out->next = 7;"),
        ("wants rows", "/* whole */", "out->next = SWATH_STEP_INPUT;"),
        ("another type", r#""l", "count""#, r#""vu", "count""#),
        (
            "no list",
            r#"[{\"rows\":3,\"is_exact\":true}]"#,
            r#"[{\"rows\":3"#,
        ),
    ];
    assert_snapshot!(said(&AS_SOURCE, &lies, read));
}
