//! The suites: their queries, and the data they run on.

use crate::command::CommandLine;
use anyhow::{Result, bail};

/// One suite: queries over one set of data.
pub(super) struct Suite {
    pub(super) name: &'static str,
    pub(super) queries: Vec<&'static str>,
    /// Rows unless told otherwise.
    pub(super) rows: &'static str,
    /// The generator's name for the data.
    data: &'static str,
}

fn all() -> Vec<Suite> {
    vec![
        Suite {
            name: "sales",
            queries: vec!["pipeline", "region", "category", "nlargest"],
            rows: "5e7",
            data: "sales",
        },
        Suite {
            name: "parquet-scan",
            queries: vec![
                "full",
                "int",
                "float",
                "string",
                "filter",
                "count",
                "agg-int",
                "agg-float",
                "agg-string",
            ],
            rows: "1e7",
            data: "g1",
        },
        Suite {
            name: "logs",
            queries: vec!["pipeline", "read", "hour", "user", "error-rate"],
            rows: "2.4e7",
            data: "logs",
        },
        Suite {
            name: "csv-read",
            queries: vec!["full", "full-infer", "agg", "count"],
            rows: "1e7",
            data: "g1-csv",
        },
    ]
}

/// The suites of these names, with these queries only; with all of them when no query is named.
///
/// # Errors
/// When a name is none.
pub(super) fn chosen(names: &[String], queries: &[String]) -> Result<Vec<Suite>> {
    let mut suites = all();
    let known: Vec<&str> = suites.iter().map(|suite| suite.name).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("there is no suite `{name}`: there are {}", known.join(", "));
    }
    suites.retain(|suite| names.iter().any(|name| name == suite.name));
    let known: Vec<&str> = suites
        .iter()
        .flat_map(|suite| suite.queries.clone())
        .collect();
    if let Some(query) = queries
        .iter()
        .find(|query| !known.contains(&query.as_str()))
    {
        bail!(
            "there is no query `{query}` in these suites: there are {}",
            known.join(", ")
        );
    }
    if !queries.is_empty() {
        for suite in &mut suites {
            suite
                .queries
                .retain(|known| queries.iter().any(|query| query == known));
        }
        suites.retain(|suite| !suite.queries.is_empty());
    }
    Ok(suites)
}

impl Suite {
    /// Makes the suite's data, if they are not there; gives the folder, from the project's top.
    pub(super) fn make_data(&self, rows: &str) -> Result<String> {
        let folder = format!("target/data/{}-{rows}", self.data);
        CommandLine::built("release", "swath-data")
            .args([self.data, "--rows", rows, "--out", &folder])
            .run()?;
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn names_choose_and_unknown_ones_are_refused() {
        let names = |list: &[&str]| {
            list.iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let suites = chosen(
            &names(&["sales", "parquet-scan"]),
            &names(&["region", "nlargest"]),
        )
        .unwrap();
        assert_eq!(
            (suites.len(), suites[0].queries.as_slice()),
            (1, ["region", "nlargest"].as_slice())
        );
        assert_eq!(
            chosen(&names(&["parquet-scan"]), &[]).unwrap()[0]
                .queries
                .len(),
            9
        );
        for (suite, query) in [("nope", None), ("sales", Some("nope"))] {
            let message = format!(
                "{:#}",
                chosen(&names(&[suite]), &names(&Vec::from_iter(query)))
                    .err()
                    .unwrap()
            );
            assert!(message.contains("`nope`"), "{message}");
        }
    }
}
