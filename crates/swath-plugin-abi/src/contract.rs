//! What a bound function promises and needs, beside the columns that it returns.

use serde::{Deserialize, Serialize};

/// What a bound function promises and needs. Whatever is not said is the weakest promise, and needs nothing.
///
/// **Which columns cross.** Of an input whose [`reads`](Needs::reads) are named, the index columns cross, in front, and those that are
/// read, in the order of the input. Of the output, a column stays with the host if the input has one of its name and dtype that did
/// not cross, if it is no index column of the output, and if it may be null wherever that of the input may; all others come back, in
/// the order of the output. Without names all columns cross, both ways. Of other inputs than the first, the index columns cross and
/// those that are read, and none of them comes back by itself: rows, order and divisions that are kept are those of the first.
///
/// A promise that a host does not know, of a newer version, counts as the weakest. What it does not know of what a function
/// *needs* stands in [`requires`](Self::requires), and such a function is refused.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contract {
    /// How many rows come out.
    pub rows: RowCount,
    /// In which order.
    pub order: Order,
    /// Whether rows stay between the boundaries of their partition.
    pub divisions: Divisions,
    /// How much of a partition it must see at once.
    pub scope: Scope,
    /// What it needs of each input; of those that are not listed, all columns and nothing else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Needs>,
    /// The same input, parameters and seed give the same output, in every process.
    pub is_deterministic: bool,
    /// What a host must understand to call it, in words that later versions add.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

/// What a function needs of one input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Needs {
    /// The only columns that it reads, which says [which columns cross](Contract); `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reads: Option<Vec<String>>,
    /// The columns that the rows of each partition have to be sorted by when they come, those of neighbours among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs_order: Vec<String>,
    /// What it has to see before the first row of a partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Halo>,
    /// What it has to see after the last row of a partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Halo>,
    /// It has to see all rows of this input, whichever partition it works on, instead of those that belong to the partition. Never of
    /// the first input. Since 1.1.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
}

impl Contract {
    /// The same input may give another output: what it computed once is not taken for another time.
    pub fn is_random(&self) -> bool {
        !self.is_deterministic
    }

    /// What it needs of the input of this number.
    pub fn input(&self, at: usize) -> &Needs {
        const NOTHING: &Needs = &Needs {
            reads: None,
            needs_order: Vec::new(),
            before: None,
            after: None,
            whole: false,
        };
        self.inputs.get(at).unwrap_or(NOTHING)
    }
}

/// How many rows come out of a partition function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowCount {
    /// As many as come in, each where it was. Rows of neighbours are cut off by the host.
    Same,
    /// Any number, made of the partition's own rows: those of neighbours are only looked at.
    #[default]
    #[serde(other)]
    Any,
}

/// In which order rows come out of a partition function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// In that in which they came.
    Kept,
    /// In any.
    #[default]
    #[serde(other)]
    Any,
}

/// What becomes of the divisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Divisions {
    /// Index columns come back first, as they were, between the boundaries of their partition.
    Kept,
    /// They are not known afterwards.
    #[default]
    #[serde(other)]
    Cleared,
}

/// How much a partition function must see at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Some rows: what it makes of them does not depend on how they are cut, nor on those before. A host may begin a run for each.
    Chunk,
    /// A partition.
    #[default]
    #[serde(other)]
    Partition,
}

/// Rows of the neighbours that a partition function has to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Halo {
    /// This many rows.
    Rows(u64),
    /// Rows that are not further away than this many nanoseconds: along the first column of [`Needs::needs_order`], or along the
    /// index where there is none.
    Nanoseconds(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_of_later_versions_count_as_none() {
        let later = r#"{"rows":"twice","order":"kept","divisions":"by_hash","scope":"file","sorted":["x"],"requires":["twice"]}"#;
        let read: Contract = serde_json::from_str(later).expect("words that are not known");
        let expected = Contract {
            order: Order::Kept,
            requires: vec!["twice".to_owned()],
            ..Contract::default()
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_needed_and_not_known_is_an_error() {
        let later = r#"{"inputs":[{"before":{"weeks":2}}]}"#;
        assert!(serde_json::from_str::<Contract>(later).is_err());
    }

    #[test]
    fn contracts_come_back() {
        let contract = Contract {
            rows: RowCount::Same,
            inputs: vec![Needs {
                reads: Some(vec!["x".to_owned()]),
                before: Some(Halo::Rows(2)),
                after: Some(Halo::Nanoseconds(u64::MAX)),
                ..Needs::default()
            }],
            ..Contract::default()
        };
        let text = serde_json::to_string(&contract).expect("it has a text");
        assert_eq!(
            serde_json::from_str::<Contract>(&text).expect("its own text"),
            contract
        );
        assert_eq!(contract.input(0).before, Some(Halo::Rows(2)));
        assert_eq!(contract.input(1), &Needs::default());
    }

    /// The words are as much for good as the layouts: what says them is out there. A later version adds words.
    #[test]
    fn words_of_1_0_stay() {
        let said = Contract {
            rows: RowCount::Same,
            order: Order::Kept,
            divisions: Divisions::Kept,
            scope: Scope::Chunk,
            inputs: vec![Needs {
                reads: Some(vec!["x".to_owned()]),
                needs_order: vec!["t".to_owned()],
                before: Some(Halo::Rows(2)),
                after: Some(Halo::Nanoseconds(30)),
                whole: false,
            }],
            is_deterministic: true,
            requires: vec!["moon".to_owned()],
        };
        let words = r#"{"rows":"same","order":"kept","divisions":"kept","scope":"chunk","inputs":[{"reads":["x"],"needs_order":["t"],"before":{"rows":2},"after":{"nanoseconds":30}}],"is_deterministic":true,"requires":["moon"]}"#;
        assert_eq!(serde_json::to_string(&said).expect("it has a text"), words);
        let read: Contract = serde_json::from_str(words).expect("words of 1.0");
        assert_eq!(read, said);
        let weakest = r#"{"rows":"any","order":"any","divisions":"cleared","scope":"partition","is_deterministic":false}"#;
        assert_eq!(
            serde_json::to_string(&Contract::default()).expect("it has a text"),
            weakest
        );
    }
}
