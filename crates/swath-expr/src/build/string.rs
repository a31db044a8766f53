//! The accessor `str`: what can be asked of text.

use std::ops::{Bound, RangeBounds};

use super::pattern::Pattern;
use crate::{Expr, FunctionRef};

impl Expr {
    /// Functions of text, by the names of pandas' `.str`. Of dictionary columns each is computed once an entry.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// let host = col("url").str().extract("^https?://([^/]+)", 1).str().lower();
    /// assert_eq!(host.to_string(), r#"url.str().extract("^https?://([^/]+)", 1).str().lower()"#);
    /// ```
    pub fn str(&self) -> StringAccessor {
        StringAccessor(self.clone())
    }
}

/// Functions of text; see [`Expr::str`]. Null stays null. Positions and widths count characters.
#[derive(Clone, Debug)]
pub struct StringAccessor(Expr);

macro_rules! plain {
    ($($(#[$doc:meta])* $method:ident;)*) => { $(
        $(#[$doc])*
        #[track_caller]
        pub fn $method(&self) -> Expr {
            self.call(concat!("str.", stringify!($method)), vec![])
        }
    )* };
}

macro_rules! with_text {
    ($($(#[$doc:meta])* $method:ident($name:ident) $function:literal;)*) => { $(
        $(#[$doc])*
        #[track_caller]
        pub fn $method(&self, $name: &str) -> Expr {
            self.call($function, vec![$name.into()])
        }
    )* };
}

/// Case, blanks, and what texts are made of.
impl StringAccessor {
    plain! {
        /// All letters in lower case.
        lower;
        /// All letters in upper case.
        upper;
        /// For comparisons that ignore case.
        casefold;
        /// The first letter in upper case, the others in lower case.
        capitalize;
        /// The first letter of every word in upper case, the others in lower case.
        title;
        /// Upper case in lower case and the other way round.
        swapcase;
        /// Without blanks at both ends.
        strip;
        /// Without blanks at the start.
        lstrip;
        /// Without blanks at the end.
        rstrip;
        /// The number of characters.
        len;
        /// The number of bytes.
        len_bytes;
        /// All characters are letters, and there is one.
        isalpha;
        /// All characters are letters or numbers, and there is one.
        isalnum;
        /// All characters are decimal digits of some script, and there is one.
        isdigit;
        /// The same as [`isdigit`](Self::isdigit).
        isdecimal;
        /// All characters are numbers, fractions and Roman ones too, and there is one.
        isnumeric;
        /// All characters are blanks, and there is one.
        isspace;
        /// There is a letter in lower case, and none in upper case.
        islower;
        /// There is a letter in upper case, and none in lower case.
        isupper;
        /// Every word begins with upper case and goes on in lower case.
        istitle;
        /// The words between blanks, as `list<string>`.
        split_whitespace;
    }

    with_text! {
        /// Without any of these characters at both ends.
        strip_chars(chars) "str.strip_chars";
        /// Without any of these characters at the start.
        lstrip_chars(chars) "str.lstrip_chars";
        /// Without any of these characters at the end.
        rstrip_chars(chars) "str.rstrip_chars";
        /// Without this at the start, if it is there.
        removeprefix(prefix) "str.removeprefix";
        /// Without this at the end, if it is there.
        removesuffix(suffix) "str.removesuffix";
    }
}

/// What is in a text, and where.
impl StringAccessor {
    /// The pattern is in it: a regular expression, unless [`Pattern::literal`].
    #[track_caller]
    pub fn contains(&self, pattern: impl Into<Pattern>) -> Expr {
        self.with_pattern("str.contains", pattern.into(), true, vec![])
    }

    with_text! {
        /// Begins with this text.
        startswith(start) "str.startswith";
        /// [`startswith`](Self::startswith) by Rust's name.
        starts_with(start) "str.startswith";
        /// Ends with this text.
        endswith(end) "str.endswith";
        /// [`endswith`](Self::endswith) by Rust's name.
        ends_with(end) "str.endswith";
        /// A regular expression matches at its start; pandas' `match`.
        matches(pattern) "str.match";
        /// A regular expression matches all of it.
        fullmatch(pattern) "str.fullmatch";
        /// SQL's `like`: `%` stands for any text, `_` for any character, `\` takes the next one as it is.
        like(pattern) "str.like";
        /// [`like`](Self::like) whatever the case.
        ilike(pattern) "str.ilike";
        /// The position of the first place where this text is, -1 if there is none.
        find(text) "str.find";
        /// The position of the last place where this text is, -1 if there is none.
        rfind(text) "str.rfind";
    }

    /// How often the pattern is in it, side by side: a regular expression, unless [`Pattern::literal`].
    #[track_caller]
    pub fn count(&self, pattern: impl Into<Pattern>) -> Expr {
        self.with_pattern("str.count", pattern.into(), true, vec![])
    }

    /// What a group of a regular expression holds at its first match, 0 for all of the match; null if it does not match.
    #[track_caller]
    pub fn extract(&self, pattern: &str, group: u32) -> Expr {
        self.call("str.extract", vec![pattern.into(), group.into()])
    }
}

/// Other texts made of it.
impl StringAccessor {
    /// Every match in place of which `with` is put: of a literal text, unless [`Pattern::regex`], whose groups `with` names as `$1`
    /// or `${name}`.
    #[track_caller]
    pub fn replace(&self, pattern: impl Into<Pattern>, with: &str) -> Expr {
        let rest = vec![with.into(), None::<i64>.into()];
        self.with_pattern("str.replace", pattern.into(), false, rest)
    }

    /// [`replace`](Self::replace) by the name that says it.
    #[track_caller]
    pub fn replace_all(&self, pattern: impl Into<Pattern>, with: &str) -> Expr {
        self.replace(pattern, with)
    }

    /// [`replace`](Self::replace) of the first `n` matches.
    #[track_caller]
    pub fn replacen(&self, pattern: impl Into<Pattern>, with: &str, n: u32) -> Expr {
        let rest = vec![with.into(), n.into()];
        self.with_pattern("str.replace", pattern.into(), false, rest)
    }

    /// The pieces between separators, as `list<string>`: a literal text, unless [`Pattern::regex`].
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// col("path").str().split("/").list().get(-1);
    /// ```
    #[track_caller]
    pub fn split(&self, separator: impl Into<Pattern>) -> Expr {
        self.with_pattern("str.split", separator.into(), false, vec![])
    }

    /// The pieces of the first `n` cuts, what is left the last of them: `n + 1` pieces, or fewer.
    #[track_caller]
    pub fn splitn(&self, separator: impl Into<Pattern>, n: u32) -> Expr {
        self.with_pattern("str.splitn", separator.into(), false, vec![n.into()])
    }

    /// The pieces of the last `n` cuts at a text, what is left the first of them.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// let extension = col("file").str().rsplit(".", 1).list().get(-1);
    /// ```
    #[track_caller]
    pub fn rsplit(&self, separator: &str, n: u32) -> Expr {
        self.call("str.rsplit", vec![separator.into(), n.into()])
    }

    /// What stands before the first separator, the separator, and what stands behind it, as a list of three; where there is no
    /// separator, the text and two empty ones.
    #[track_caller]
    pub fn partition(&self, separator: &str) -> Expr {
        self.call("str.partition", vec![separator.into()])
    }

    /// [`partition`](Self::partition) at the last separator; where there is none, two empty texts and the text.
    #[track_caller]
    pub fn rpartition(&self, separator: &str) -> Expr {
        self.call("str.rpartition", vec![separator.into()])
    }

    /// Everything that a regular expression matches, as `list<string>`: whole matches, whatever groups it has.
    #[track_caller]
    pub fn findall(&self, pattern: &str) -> Expr {
        self.call("str.findall", vec![pattern.into()])
    }

    /// Each character of `from` exchanged for the one at the same place of `to`; those that have none there are left out.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// let plain = col("name").str().translate("áéí-", "aei");
    /// ```
    #[track_caller]
    pub fn translate(&self, from: &str, to: &str) -> Expr {
        self.call("str.translate", vec![from.into(), to.into()])
    }

    /// The characters of a range, as [`slice`](Self::slice) takes it, replaced by a text.
    #[track_caller]
    pub fn slice_replace(&self, range: impl RangeBounds<i64>, with: &str) -> Expr {
        let (start, stop) = ends(&range);
        self.call(
            "str.slice_replace",
            vec![start.into(), stop.into(), with.into()],
        )
    }

    /// Broken into lines of no more than `width` characters, at least 1: at blanks, and in words that are longer.
    #[track_caller]
    pub fn wrap(&self, width: u32) -> Expr {
        self.call("str.wrap", vec![width.into()])
    }

    /// The character at a position, from the end if negative; null where there is none.
    #[track_caller]
    pub fn get(&self, position: i64) -> Expr {
        self.call("str.get", vec![position.into()])
    }

    /// The characters of a range, negative positions from the end: `..3`, `2..=4`, `-3..`.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// assert_eq!(col("a").str().slice(-3..).to_string(), "a.str().slice(-3, null)");
    /// assert_eq!(col("a").str().slice(..=4).to_string(), "a.str().slice(0, 5)");
    /// ```
    #[track_caller]
    pub fn slice(&self, range: impl RangeBounds<i64>) -> Expr {
        let (start, stop) = ends(&range);
        self.call("str.slice", vec![start.into(), stop.into()])
    }

    /// Filled up at the end to a width.
    #[track_caller]
    pub fn ljust(&self, width: u32, fill: char) -> Expr {
        self.padded("str.ljust", width, fill)
    }

    /// Filled up at the start to a width.
    #[track_caller]
    pub fn rjust(&self, width: u32, fill: char) -> Expr {
        self.padded("str.rjust", width, fill)
    }

    /// [`rjust`](Self::rjust): pandas' `pad` fills up at the start.
    #[track_caller]
    pub fn pad(&self, width: u32, fill: char) -> Expr {
        self.rjust(width, fill)
    }

    /// Filled up at both ends to a width.
    #[track_caller]
    pub fn center(&self, width: u32, fill: char) -> Expr {
        self.padded("str.center", width, fill)
    }

    /// Filled up with zeros, behind the sign if there is one, to a width.
    #[track_caller]
    pub fn zfill(&self, width: u32) -> Expr {
        self.call("str.zfill", vec![width.into()])
    }

    /// The text this many times.
    #[track_caller]
    pub fn repeat(&self, times: u32) -> Expr {
        self.call("str.repeat", vec![times.into()])
    }

    /// This text and another one behind it; null if one is. Of several, with something between: [`concat_str`].
    #[track_caller]
    pub fn cat(&self, other: impl Into<Expr>) -> Expr {
        self.call("str.cat", vec![other.into()])
    }

    /// Timestamps read by a format: `%Y-%m-%d %H:%M:%S`, in the directives of Python's `strptime`. With `%z` they are in UTC.
    ///
    /// Blanks around the text do not matter. A text that does not read is an error that names it; see [`Strptime`] for other
    /// units and for null instead. ISO 8601 needs no format: `.cast("timestamp[us]")`.
    ///
    /// ```
    /// use swath_expr::{Strptime, col};
    ///
    /// col("time").str().strptime("%d/%b/%Y:%H:%M:%S %z");
    /// col("time").str().strptime(Strptime::new("%d.%m.%Y").coerce());
    /// ```
    #[track_caller]
    pub fn strptime(&self, format: impl Into<Strptime>) -> Expr {
        let Strptime {
            format,
            unit,
            coerce,
        } = format.into();
        let mut function = FunctionRef::new("str.strptime");
        if let Some(unit) = unit {
            function = function.param("unit", unit);
        }
        if coerce {
            function = function.param("coerce", true);
        }
        Expr::call_with(function, vec![self.0.clone(), format.into()])
    }

    /// [`strptime`](Self::strptime) by pandas' name.
    #[track_caller]
    pub fn to_datetime(&self, format: impl Into<Strptime>) -> Expr {
        self.strptime(format)
    }
}

/// The first character of a range, and the one behind its last; `None` for the end.
fn ends(range: &impl RangeBounds<i64>) -> (i64, Option<i64>) {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(start) => start.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let stop = match range.end_bound() {
        // Behind the last character there is no position to exclude.
        Bound::Included(-1) | Bound::Unbounded => None,
        Bound::Included(stop) => Some(stop.saturating_add(1)),
        Bound::Excluded(stop) => Some(*stop),
    };
    (start, stop)
}

/// How timestamps are read: see [`StringAccessor::strptime`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strptime {
    format: String,
    unit: Option<String>,
    coerce: bool,
}

impl Strptime {
    /// By this format, in microseconds; what does not read is an error.
    pub fn new(format: impl Into<String>) -> Self {
        Self {
            format: format.into(),
            unit: None,
            coerce: false,
        }
    }

    /// In another unit: `s`, `ms`, `us` or `ns`.
    pub fn unit(self, unit: impl Into<String>) -> Self {
        Self {
            unit: Some(unit.into()),
            ..self
        }
    }

    /// What does not read is null, as pandas' `errors="coerce"`.
    pub fn coerce(self) -> Self {
        Self {
            coerce: true,
            ..self
        }
    }
}

impl From<&str> for Strptime {
    fn from(format: &str) -> Self {
        Self::new(format)
    }
}

impl From<String> for Strptime {
    fn from(format: String) -> Self {
        Self::new(format)
    }
}

impl StringAccessor {
    #[track_caller]
    fn call(&self, function: &str, rest: Vec<Expr>) -> Expr {
        let mut args = vec![self.0.clone()];
        args.extend(rest);
        Expr::call_with(FunctionRef::new(function), args)
    }

    #[track_caller]
    fn padded(&self, function: &str, width: u32, fill: char) -> Expr {
        self.call(function, vec![width.into(), fill.to_string().into()])
    }

    #[track_caller]
    fn with_pattern(
        &self,
        function: &str,
        pattern: Pattern,
        is_regex: bool,
        rest: Vec<Expr>,
    ) -> Expr {
        let is_regex = pattern.is_regex.unwrap_or(is_regex);
        let function = FunctionRef::new(function).param("regex", is_regex);
        let mut args = vec![self.0.clone(), pattern.text.into()];
        args.extend(rest);
        Expr::call_with(function, args)
    }
}

/// The texts of several columns one after the other, with something between them; null if one is. A bare string is a literal.
///
/// ```
/// use swath_expr::{col, concat_str};
///
/// let key = concat_str([col("region"), col("sku").cast("string")], "/");
/// assert_eq!(key.to_string(), r#"region.str().cat(sku.cast("string"), sep="/")"#);
/// ```
#[track_caller]
pub fn concat_str<V: Into<Expr>>(texts: impl IntoIterator<Item = V>, separator: &str) -> Expr {
    let args = texts.into_iter().map(Into::into).collect();
    Expr::call_with(FunctionRef::new("str.cat").param("sep", separator), args)
}
