//! A sink, whose attempts have names of their own.

use insta::assert_snapshot;
use swath_plugin::prelude::*;

use super::lineless;

/// Texts in memory, by the name of the write.
static KEPT: std::sync::Mutex<Vec<(String, String)>> = std::sync::Mutex::new(Vec::new());

/// The attempts that there were.
static ATTEMPTS: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

/// Keeps texts.
#[derive(Params)]
struct Keep {
    column: String,
    /// What it does.
    #[param(default = "")]
    how: String,
}

impl Sink for Keep {
    const NAME: &'static str = "keep";
    type Writing = (usize, Vec<String>);
    type Receipt = (usize, Vec<String>);

    fn bind(&self, input: &Meta) -> Result<()> {
        input.require(&self.column, "string")?;
        Ok(())
    }

    fn open(&self, attempt: &Attempt, cx: &Cx) -> Result<Self::Writing> {
        assert_eq!(attempt.partition(), cx.partition().number());
        let name = format!(
            "{}-{}-{}",
            attempt.write(),
            attempt.partition(),
            attempt.id()
        );
        assert_eq!(attempt.to_string(), name);
        let mut attempts = ATTEMPTS.lock().expect("nobody panicked");
        attempts.push(attempt.id().to_owned());
        Ok((attempt.partition(), Vec::new()))
    }

    fn push(&self, (_, kept): &mut Self::Writing, rows: Batch, _: &Cx) -> Result<()> {
        let texts = rows.str(&self.column)?;
        assert!(self.how != "panic", "no room");
        kept.extend(texts.iter().flatten().map(str::to_owned));
        Ok(())
    }

    fn finish(&self, kept: Self::Writing, _: &Cx) -> Result<Self::Receipt> {
        match self.how.as_str() {
            "error" if kept.0 == 1 => Err(Error::new("no room for the second")),
            _ => Ok(kept),
        }
    }

    fn commit(&self, write: &str, receipts: Vec<Self::Receipt>, _: &Cx) -> Result<()> {
        let all = receipts.into_iter().flat_map(|(number, texts)| {
            texts
                .into_iter()
                .map(move |text| format!("{number}: {text}"))
        });
        let all = all.map(|text| (write.to_owned(), text));
        KEPT.lock().expect("nobody panicked").extend(all);
        Ok(())
    }

    fn abort(&self, write: &str, _: &Cx) -> Result<()> {
        let aborted = (write.to_owned(), "aborted".to_owned());
        KEPT.lock().expect("nobody panicked").push(aborted);
        Ok(())
    }
}

#[test]
fn sinks_are_written_without_a_host() -> Result<()> {
    let keep = |how: &str| Keep {
        column: "a".into(),
        how: how.into(),
    };
    let kept = || {
        let kept = std::mem::take(&mut *KEPT.lock().expect("nobody panicked"));
        let texts = kept.into_iter().map(|(_, text)| text);
        texts.collect::<Vec<_>>().join(", ")
    };
    let parts = [
        Batch::from_csv("a\none\ntwo\n")?,
        Batch::from_csv("a\nthree\n")?,
    ];
    testing::write(keep(""), &parts)?;
    assert_eq!(kept(), "0: one, 0: two, 1: three");
    // Only the receipts of some attempts are committed, and each has a name of its own.
    ATTEMPTS.lock().expect("nobody panicked").clear();
    testing::write_retried(keep(""), &parts)?;
    assert_eq!(kept(), "0: one, 0: two, 1: three");
    let attempts = ATTEMPTS.lock().expect("nobody panicked").clone();
    let names: std::collections::BTreeSet<_> = attempts.iter().collect();
    assert_eq!((attempts.len(), names.len()), (6, 6), "{attempts:?}");
    let said = |how: &str| {
        let error = testing::write(keep(how), &parts).expect_err("a mistake");
        format!("{}; {}", lineless(error), kept())
    };
    assert_snapshot!(said("error"), @"no room for the second; aborted");
    assert_snapshot!(said("panic"), @"panicked: no room, crates/swath-plugin/tests/functions/sinks.rs:[line]; aborted");
    let other = [Batch::from_csv("b\n1\n")?];
    assert_snapshot!(testing::write(keep(""), &other).expect_err("no such column"), @"no column `a`; columns are `b`");
    Ok(())
}

/// Remembers the least of all numbers.
#[derive(Params)]
struct Least;

impl Sink for Least {
    const NAME: &'static str = "least";
    type Writing = f64;
    type Receipt = f64;

    fn bind(&self, _: &Meta) -> Result<()> {
        Ok(())
    }

    fn open(&self, _: &Attempt, _: &Cx) -> Result<f64> {
        Ok(f64::INFINITY)
    }

    fn push(&self, least: &mut f64, rows: Batch, _: &Cx) -> Result<()> {
        *least = rows.f64("x")?.iter().flatten().fold(*least, f64::min);
        Ok(())
    }

    fn finish(&self, least: f64, _: &Cx) -> Result<f64> {
        Ok(least)
    }

    fn commit(&self, _: &str, _: Vec<f64>, _: &Cx) -> Result<()> {
        Ok(())
    }

    fn abort(&self, _: &str, _: &Cx) -> Result<()> {
        Ok(())
    }
}

/// A receipt that nothing can be read of is an error of its partition, where a write can still be given up.
#[test]
fn receipts_that_json_has_no_words_for() -> Result<()> {
    let numbers = Batch::from_csv("x\n1.5\n")?;
    testing::write(Least, std::slice::from_ref(&numbers))?;
    let error = testing::write(Least, &[numbers.head(0)]).expect_err("no least number");
    assert_snapshot!(error, @"its receipt cannot be read again: invalid type: null, expected f64 at line 1 column 4");
    Ok(())
}
