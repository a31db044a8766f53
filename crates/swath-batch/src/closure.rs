//! Where a user's function came from: what messages about it say.

use std::any::Any;
use std::fmt::{self, Display, Formatter};
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::Arc;

/// A user's function by its name and the line that handed it over.
///
/// `Display` is ``the closure at src/main.rs:9:12``, or `` `clean` at src/main.rs:9:12 `` for a function with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosureSite {
    name: Option<Arc<str>>,
    location: &'static Location<'static>,
}

impl ClosureSite {
    /// A function of this type, handed over at this line. A closure has no name, a function has its own.
    pub fn of<F>(location: &'static Location<'static>) -> Self {
        let path = without_generics(std::any::type_name::<F>());
        let last = path.rsplit("::").next().unwrap_or(&path);
        let is_name = !last.is_empty() && last.chars().all(|c| c.is_alphanumeric() || c == '_');
        Self {
            name: is_name.then(|| last.into()),
            location,
        }
    }

    /// The same function under a name that the user gives it.
    #[must_use]
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// Its name: `closure` for one without.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("closure")
    }

    /// The line that handed it over.
    pub fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// Calls it; a panic goes on with the function named in front of its message.
    pub fn call<T>(&self, body: impl FnOnce() -> T) -> T {
        self.call_at("", body)
    }

    /// [`call`](Self::call) for what is called on a part: `place` follows the name, as in ` for partition 3`.
    pub fn call_at<T>(&self, place: impl Display, body: impl FnOnce() -> T) -> T {
        // Nothing of the engine is half changed by a user's function: it only gets values and gives some back.
        match catch_unwind(AssertUnwindSafe(body)) {
            Ok(value) => value,
            // The panic was reported where it happened; this only puts words to it.
            Err(payload) => resume_unwind(Box::new(format!(
                "{self}{place}: {}",
                panic_text(payload.as_ref())
            ))),
        }
    }
}

impl Display for ClosureSite {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "`{name}` at {}", self.location),
            None => write!(f, "the closure at {}", self.location),
        }
    }
}

/// The path of a function without what stands in angle brackets.
fn without_generics(path: &str) -> String {
    let mut depth = 0_usize;
    let outside = path.chars().filter(|c| match c {
        '<' => {
            depth += 1;
            false
        }
        '>' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    outside.collect()
}

/// The text of a panic.
fn panic_text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a word")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean() {}

    #[track_caller]
    fn site<F>(_: F) -> ClosureSite {
        ClosureSite::of::<F>(Location::caller())
    }

    #[test]
    fn functions_have_names_and_closures_have_not() {
        assert_eq!(site(clean).name(), "clean");
        assert_eq!(site(|| ()).name(), "closure");
        assert_eq!(site(|| ()).named("v2").name(), "v2");
        assert_eq!(site(Vec::<i64>::len).name(), "len");
        let text = site(|| ()).to_string();
        assert!(
            text.starts_with("the closure at ") && text.contains("closure.rs:"),
            "{text}"
        );
        assert!(site(clean).to_string().starts_with("`clean` at "));
    }

    #[test]
    fn a_panic_names_the_function() {
        let site = site(clean);
        let panic =
            catch_unwind(|| site.call_at(" for partition 3", || panic!("no rate for {}", "chf")));
        let payload = panic.expect_err("it panics");
        let text = panic_text(payload.as_ref());
        assert!(
            text.ends_with(" for partition 3: no rate for chf"),
            "{text}"
        );
    }
}
