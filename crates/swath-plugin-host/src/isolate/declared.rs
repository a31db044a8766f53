//! What a function said when it was bound, which every process that it is bound in says alike: rows are read by it on both sides.

use serde_json::Value;
use swath_meta::{Field, Meta};
use swath_plugin_abi::{Contract, PluginResult};

use super::bound::odd;

/// The columns of the outputs of a function that was bound, and what it promises.
#[derive(Default)]
pub(super) struct Declared {
    pub(super) outputs: Vec<Meta>,
    pub(super) contract: Contract,
}

impl Declared {
    /// What a process answered. A contract that cannot be read is refused by whoever bound it, in the same words for all.
    pub(super) fn new(outputs: Vec<Meta>, contract: &str) -> Self {
        Self {
            outputs,
            contract: serde_json::from_str(contract).unwrap_or_default(),
        }
    }

    /// Sees to it that it said the same in another process.
    ///
    /// # Errors
    /// What is another, and how it was.
    pub(super) fn check(&self, again: &Self) -> PluginResult<()> {
        let (what, how) = if let Some(how) = self.other_columns(again) {
            ("columns", how)
        } else if let Some(how) = self.other_promise(again) {
            ("promises", how)
        } else {
            return Ok(());
        };
        Err(odd(format!(
            "it was bound to other {what} in a new process than before: {how}; as long as it is used, what it is bound to has to \
             follow from its parameters and inputs alone: begin anew where what it stands on has changed"
        )))
    }

    fn other_columns(&self, again: &Self) -> Option<String> {
        let (was, is) = (&self.outputs, &again.outputs);
        if was.len() != is.len() {
            return Some(format!("{} outputs, and it had {}", is.len(), was.len()));
        }
        was.iter()
            .zip(is)
            .find_map(|(was, is)| other_columns(was, is))
    }

    fn other_promise(&self, again: &Self) -> Option<String> {
        if self.contract == again.contract {
            return None;
        }
        let said = |contract: &Contract| match serde_json::to_value(contract) {
            Ok(Value::Object(said)) => said,
            _ => serde_json::Map::new(),
        };
        let (was, is) = (said(&self.contract), said(&again.contract));
        let differs = |name: &&String| was.get(*name) != is.get(*name);
        let name = was.keys().chain(is.keys()).find(differs)?;
        let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
        let (is, was) = (shown(is.get(name)), shown(was.get(name)));
        Some(format!("`{name}` is {is}, and was {was}"))
    }
}

/// The first in which columns differ.
fn other_columns(was: &Meta, is: &Meta) -> Option<String> {
    let shown = |field: &Field| {
        let Field {
            name,
            dtype,
            nullable,
        } = field;
        let promise = if *nullable { "" } else { " not null" };
        format!("`{name}` {dtype}{promise}")
    };
    let at = |meta: &Meta, at: usize| meta.fields().get(at).map_or("none".to_owned(), shown);
    let longest = was.len().max(is.len());
    let differs = |number: &usize| was.fields().get(*number) != is.fields().get(*number);
    let column = (0..longest).find(differs);
    let column = column.map(|number| {
        let (is, was) = (at(is, number), at(was, number));
        format!("column {number} is {is}, and was {was}")
    });
    column.or_else(|| {
        let index = |meta: &Meta| match meta.index().len() {
            0 => "no index".to_owned(),
            n => format!("an index of {n}"),
        };
        (was != is).then(|| format!("{}, and it had {}", index(is), index(was)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn said(contract: &str, columns: &[(&str, &str)]) -> String {
        let meta = |columns: &[(&str, &str)]| Meta::of(columns.iter().copied()).expect("a meta");
        let before = Declared::new(vec![meta(&[("a", "int64"), ("b", "string")])], "{}");
        let again = Declared::new(vec![meta(columns)], contract);
        let error = before.check(&again).expect_err("it is another");
        let (_, how) = error.message.split_once("before: ").expect("how");
        how.split_once(';').expect("and what to do").0.to_owned()
    }

    #[test]
    fn what_is_another_is_named() {
        let same = [("a", "int64"), ("b", "string")];
        let said = [
            said("{}", &[("a", "int32"), ("b", "string")]),
            said("{}", &[("b", "string"), ("a", "int64")]),
            said("{}", &[("a", "int64")]),
            said("{}", &[("a", "int64"), ("b", "string"), ("c", "int8")]),
            said(r#"{"rows":"same"}"#, &same),
            said(r#"{"inputs":[{"reads":["a"]}]}"#, &same),
        ];
        insta::assert_snapshot!(said.join("\n"), @r#"
        column 0 is `a` int32, and was `a` int64
        column 0 is `b` string, and was `a` int64
        column 1 is none, and was `b` string
        column 2 is `c` int8, and was none
        `rows` is "same", and was "any"
        `inputs` is [{"reads":["a"]}], and was nothing
        "#);
        let meta = Meta::of(same).expect("a meta");
        let indexed = meta.clone().set_index(["a"]).expect("it is there");
        let before = Declared::new(vec![meta.clone()], "{}");
        assert!(before.check(&Declared::new(vec![meta.clone()], "")).is_ok());
        assert!(before.check(&Declared::new(vec![indexed], "{}")).is_err());
        assert!(before.check(&Declared::new(vec![], "{}")).is_err());
    }
}
