//! Reads the name of a dtype: the one it prints, and the aliases that Dask, pandas and Rust users type.

use std::str::FromStr;
use std::sync::Arc;

use arrow_schema::TimeUnit;

use super::DType;
use crate::{Field, MetaError, nearest};

/// Words that are a whole dtype, with the dtype they mean. The first spelling of each is the one that is printed.
const WORDS: [(&str, DType); 46] = [
    ("null", DType::Null),
    ("bool", DType::Bool),
    ("boolean", DType::Bool),
    ("int8", DType::Int8),
    ("i1", DType::Int8),
    ("int16", DType::Int16),
    ("i16", DType::Int16),
    ("i2", DType::Int16),
    ("int32", DType::Int32),
    ("i32", DType::Int32),
    ("i4", DType::Int32),
    ("int64", DType::Int64),
    ("i64", DType::Int64),
    ("int", DType::Int64),
    ("uint8", DType::UInt8),
    ("u1", DType::UInt8),
    ("uint16", DType::UInt16),
    ("u16", DType::UInt16),
    ("u2", DType::UInt16),
    ("uint32", DType::UInt32),
    ("u32", DType::UInt32),
    ("u4", DType::UInt32),
    ("uint64", DType::UInt64),
    ("u64", DType::UInt64),
    ("uint", DType::UInt64),
    ("float32", DType::Float32),
    ("f32", DType::Float32),
    ("f4", DType::Float32),
    ("float64", DType::Float64),
    ("f64", DType::Float64),
    ("f8", DType::Float64),
    ("float", DType::Float64),
    ("double", DType::Float64),
    ("string", DType::String),
    ("str", DType::String),
    ("utf8", DType::String),
    ("large_string", DType::String),
    ("large_utf8", DType::String),
    ("binary", DType::Binary),
    ("bytes", DType::Binary),
    ("date", DType::Date),
    ("date32", DType::Date),
    ("category", DType::Category),
    ("categorical", DType::Category),
    ("dictionary", DType::Category),
    ("none", DType::Null),
];

/// Names offered for a misspelt dtype, beside the words.
const SHAPES: [&str; 9] = [
    "timestamp",
    "datetime",
    "datetime64",
    "time",
    "duration",
    "timedelta64",
    "decimal",
    "list",
    "struct",
];

impl FromStr for DType {
    type Err = MetaError;

    /// Reads a dtype's name; case and blanks do not matter, except in a zone and in the names of struct fields.
    ///
    /// Aliases: `int`, `float`, `str`, `datetime64[ns]`, `timedelta64[ns]`, NumPy's and Rust's codes where they agree. `i8` and
    /// `u8` are refused, because they mean 64 bits to one and 8 bits to the other; so is `object`, which says nothing.
    ///
    /// # Errors
    /// [`MetaError::UnknownDType`] with the nearest name, [`MetaError::InvalidDType`] with the reason.
    fn from_str(text: &str) -> Result<Self, MetaError> {
        let mut reader = Reader { text, rest: text };
        let dtype = reader.dtype()?;
        reader.blanks();
        if reader.rest.is_empty() {
            Ok(dtype)
        } else {
            Err(reader.invalid(format!("`{}` follows the dtype", reader.rest)))
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn dtype(&mut self) -> Result<DType, MetaError> {
        let word = self.word().to_lowercase();
        if let Some((_, dtype)) = WORDS.iter().find(|(known, _)| *known == word) {
            return Ok(dtype.clone());
        }
        match word.as_str() {
            "timestamp" | "datetime" | "datetime64" => {
                let (unit, zone) = self.unit_and_zone(&word)?;
                Ok(DType::Timestamp(unit, zone))
            }
            "time" => Ok(DType::Time(self.unit(&word)?)),
            "duration" | "timedelta" | "timedelta64" => Ok(DType::Duration(self.unit(&word)?)),
            "decimal" | "decimal128" => self.decimal(),
            "list" => self.list(),
            "struct" => self.structure(),
            "i8" | "u8" => {
                let (eight, wide) = if word == "i8" {
                    ("int8", "int64")
                } else {
                    ("uint8", "uint64")
                };
                Err(self.invalid(format!(
                    "`{word}` has 8 bytes in NumPy and 8 bits in Rust: write `{wide}` or `{eight}`"
                )))
            }
            "object" | "o" => Err(self.invalid(
                "there is no object dtype: write `string`, or the dtype the values have".to_owned(),
            )),
            "float16" | "half" | "f16" | "f2" => {
                Err(self.invalid("there is no half float: write `float32`".to_owned()))
            }
            "" => Err(self.invalid("a dtype is missing".to_owned())),
            word => Err(self.unknown(word)),
        }
    }

    /// `[us]`
    fn unit(&mut self, word: &str) -> Result<TimeUnit, MetaError> {
        match self.unit_and_zone(word)? {
            (unit, None) => Ok(unit),
            (_, Some(_)) => Err(self.invalid(format!("`{word}` has no zone"))),
        }
    }

    /// `[us]` or `[us, Europe/Berlin]`
    fn unit_and_zone(&mut self, word: &str) -> Result<(TimeUnit, Option<Arc<str>>), MetaError> {
        if !self.eat('[') {
            return Err(self.invalid(format!("give the unit, as in `{word}[us]`")));
        }
        let unit = match self.word() {
            "s" => TimeUnit::Second,
            "ms" => TimeUnit::Millisecond,
            "us" => TimeUnit::Microsecond,
            "ns" => TimeUnit::Nanosecond,
            other => {
                return Err(self.invalid(format!(
                    "`{other}` is no unit: one of `s`, `ms`, `us`, `ns`"
                )));
            }
        };
        let zone = if self.eat(',') {
            let end = self.rest.find(']').unwrap_or(self.rest.len());
            let (zone, rest) = self.rest.split_at(end);
            self.rest = rest;
            let zone = zone.trim();
            if zone.is_empty() {
                return Err(self.invalid("the zone is empty".to_owned()));
            }
            Some(Arc::from(zone))
        } else {
            None
        };
        self.expect(']')?;
        Ok((unit, zone))
    }

    /// `(15, 2)` or `(15)`
    fn decimal(&mut self) -> Result<DType, MetaError> {
        if !self.eat('(') {
            return Err(self.invalid("give precision and scale, as in `decimal(15, 2)`".to_owned()));
        }
        let precision: u8 = self.number()?;
        let scale: i8 = if self.eat(',') { self.number()? } else { 0 };
        self.expect(')')?;
        if !(1..=38).contains(&precision) {
            return Err(self.invalid(format!("a decimal has 1 to 38 digits, not {precision}")));
        }
        if scale > 0 && scale.unsigned_abs() > precision {
            return Err(self.invalid(format!(
                "{scale} digits after the point do not fit {precision} digits in all"
            )));
        }
        Ok(DType::Decimal { precision, scale })
    }

    /// `<int64>` or `<int64 not null>`
    fn list(&mut self) -> Result<DType, MetaError> {
        if !self.eat('<') {
            return Err(self.invalid("say of what, as in `list<int64>`".to_owned()));
        }
        let dtype = self.dtype()?;
        let nullable = self.nullable()?;
        self.expect('>')?;
        Ok(DType::List(Box::new(Field::new("item", dtype, nullable))))
    }

    /// `<a: int64, "b c": string not null>`
    fn structure(&mut self) -> Result<DType, MetaError> {
        if !self.eat('<') {
            return Err(self.invalid("name its fields, as in `struct<a: int64>`".to_owned()));
        }
        let mut fields: Vec<Field> = Vec::new();
        while !self.eat('>') {
            if !fields.is_empty() {
                self.expect(',')?;
            }
            let name = self.field_name()?;
            if fields.iter().any(|field| *field.name == *name) {
                return Err(self.invalid(format!("field `{name}` appears twice")));
            }
            self.expect(':')?;
            let dtype = self.dtype()?;
            let nullable = self.nullable()?;
            fields.push(Field::new(name, dtype, nullable));
        }
        Ok(DType::Struct(fields.into()))
    }

    fn field_name(&mut self) -> Result<String, MetaError> {
        if !self.eat('"') {
            let word = self.word();
            return if word.is_empty() {
                Err(self.invalid("a field has no name".to_owned()))
            } else {
                Ok(word.to_owned())
            };
        }
        let mut name = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(name);
                }
                '\\' => name.extend(chars.next().map(|(_, escaped)| escaped)),
                c => name.push(c),
            }
        }
        Err(self.invalid("a quoted name does not end".to_owned()))
    }

    fn nullable(&mut self) -> Result<bool, MetaError> {
        match self.word().to_lowercase().as_str() {
            "" => Ok(true),
            "not" if self.word().eq_ignore_ascii_case("null") => Ok(false),
            other => Err(self.invalid(format!("`{other}` follows the dtype"))),
        }
    }

    fn number<N: FromStr>(&mut self) -> Result<N, MetaError> {
        self.blanks();
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_digit() && c != '-')
            .unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits.parse().map_err(|_| {
            self.invalid("precision and scale are small numbers, as in `decimal(15, 2)`".to_owned())
        })
    }

    fn word(&mut self) -> &'a str {
        self.blanks();
        let end = self
            .rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn eat(&mut self, c: char) -> bool {
        self.blanks();
        self.rest
            .strip_prefix(c)
            .map(|rest| self.rest = rest)
            .is_some()
    }

    fn expect(&mut self, c: char) -> Result<(), MetaError> {
        if self.eat(c) {
            Ok(())
        } else {
            Err(self.invalid(format!("`{c}` is missing")))
        }
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn invalid(&self, reason: String) -> MetaError {
        MetaError::InvalidDType {
            text: self.text.to_owned(),
            reason,
        }
    }

    fn unknown(&self, word: &str) -> MetaError {
        let known = WORDS.iter().map(|(word, _)| *word).chain(SHAPES);
        MetaError::UnknownDType {
            text: self.text.to_owned(),
            nearest: nearest(word, known).map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str) {
        let dtype: DType = text.parse().unwrap();
        assert_eq!(dtype.to_string(), name);
    }

    #[test]
    fn names_and_aliases() {
        check("int64", "int64");
        check(" Int64 ", "int64");
        check("int", "int64");
        check("f8", "float64");
        check("str", "string");
        check("datetime64[ns]", "timestamp[ns]");
        check(
            "datetime64[ns, Europe/Berlin]",
            "timestamp[ns, Europe/Berlin]",
        );
        check("timestamp[us,+02:00]", "timestamp[us, +02:00]");
        check("timedelta64[ms]", "duration[ms]");
        check("decimal(15,2)", "decimal(15, 2)");
        check("decimal(9)", "decimal(9, 0)");
        check("list< list<int64 not null> >", "list<list<int64 not null>>");
        check(
            "struct<a: int64, \"b c\": string not null>",
            "struct<a: int64, \"b c\": string not null>",
        );
        check("struct<>", "struct<>");
    }

    #[test]
    fn every_word_means_its_dtype_and_the_first_spelling_is_printed() {
        for (word, dtype) in WORDS {
            assert_eq!(word.parse::<DType>().unwrap(), dtype);
        }
    }

    #[test]
    fn messages() {
        let message = |text: &str| text.parse::<DType>().unwrap_err().to_string();
        let all = [
            "flaot64",
            "timestamp",
            "timestamp[min]",
            "timestamp[us",
            "time[us, UTC]",
            "i8",
            "u8",
            "object",
            "O",
            "float16",
            "decimal",
            "decimal(40, 2)",
            "decimal(3, 5)",
            "decimal(x)",
            "list",
            "list<",
            "list<int64 nul>",
            "struct<a>",
            "struct<a: int64, a: int8>",
            "list<flaot>",
            "struct<\"a",
            "int64 int64",
            "",
            "qqqqqqqq",
        ]
        .map(|text| format!("{text:?} -> {}", message(text)));
        assert_snapshot!(all.join("\n"));
    }

    fn any_dtype() -> impl Strategy<Value = DType> {
        let unit = prop_oneof![
            Just(TimeUnit::Second),
            Just(TimeUnit::Millisecond),
            Just(TimeUnit::Microsecond),
            Just(TimeUnit::Nanosecond)
        ];
        let leaf = prop_oneof![
            (0..WORDS.len()).prop_map(|i| WORDS[i].1.clone()),
            (1..=38_u8, -5..=1_i8)
                .prop_map(|(precision, scale)| DType::Decimal { precision, scale }),
            unit.clone().prop_map(DType::Time),
            unit.clone().prop_map(DType::Duration),
            (unit, prop::option::of("[A-Z][a-z]{2,6}/[A-Z][a-z]{2,6}"))
                .prop_map(|(unit, zone)| DType::Timestamp(unit, zone.map(Into::into))),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                (inner.clone(), any::<bool>()).prop_map(|(dtype, null)| DType::List(Box::new(
                    Field::new("item", dtype, null)
                ))),
                prop::collection::btree_map(".{0,4}", (inner, any::<bool>()), 0..3).prop_map(
                    |fields| {
                        DType::structure(
                            fields
                                .into_iter()
                                .map(|(name, (dtype, null))| Field::new(name, dtype, null)),
                        )
                    }
                ),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(dtype in any_dtype()) {
            prop_assert_eq!(dtype.to_string().parse::<DType>().unwrap(), dtype);
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = text.parse::<DType>();
        }
    }
}
