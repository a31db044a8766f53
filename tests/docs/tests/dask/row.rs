//! A row of the map, and the macro that tables of rows are written with.

/// What became of a member of Dask's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The same name with the same meaning.
    Same,
    /// The same meaning by another name.
    Renamed,
    /// Done in another way, or with another answer.
    Different,
    /// Not there yet.
    Later,
    /// Not meant to come.
    No,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Renamed => "renamed",
            Self::Different => "different",
            Self::Later => "later",
            Self::No => "no",
        }
    }
}

/// Members of Dask's that have become the same thing here.
pub(crate) struct Row {
    /// Their names there.
    pub(crate) members: &'static [&'static str],
    pub(crate) verdict: Verdict,
    /// How it is written here: code that has compiled.
    pub(crate) code: &'static [&'static str],
    /// What is to be said of it.
    pub(crate) why: &'static str,
}

/// A table of the page.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// Whose members its rows are, by the names in `members.txt`.
    pub(crate) group: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// Takes what code of a table makes.
pub(crate) fn used<T>(_: T) {}

/// Writes the function `section`, which gives the table, and a function that is never called and holds the code of all rows: what
/// swath does not have, or calls otherwise, does not compile.
///
/// ```text
/// map! {
///     "Title", "group", (df: &DataFrame)
///     ["there" "also"] Verdict { df.here(1), df.there() } "why";
/// }
/// ```
macro_rules! map {
    ($title:literal, $group:literal, ($($name:ident: $type:ty),*)
     $([$($member:literal)+] $verdict:ident $({ $($code:expr),+ $(,)? })? $($why:literal)?;)+) => {
        pub(crate) fn section() -> crate::row::Section {
            crate::row::Section {
                title: $title,
                group: $group,
                rows: vec![$(crate::row::Row {
                    members: &[$($member),+],
                    verdict: crate::row::Verdict::$verdict,
                    code: &[$($(stringify!($code)),+)?],
                    why: concat!($($why)?),
                }),+],
            }
        }

        #[expect(dead_code, reason = "what the rows say has to compile; it runs elsewhere")]
        fn compiled($($name: $type),*) {
            $($($(crate::row::used($code);)+)?)+
        }
    };
}

pub(crate) use map;
