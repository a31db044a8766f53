//! Report: the traits with the most methods.

use super::{Check, Checkout, Finding, code};

pub(super) const CHECK: Check = Check {
    rule: "report: traits of more than 8 methods",
    why: "a trait of one to five methods is implemented; a longer one is inherited",
    run,
};

const METHODS: usize = 8;

fn run(checkout: &Checkout) -> Vec<Finding> {
    let mut long: Vec<(usize, String, String)> = Vec::new();
    for source in checkout.library_sources() {
        for (name, line, methods) in traits(source.library_code()) {
            if methods > METHODS {
                long.push((methods, format!("{}:{line}", source.path), name));
            }
        }
    }
    long.sort_by(|a, b| b.cmp(a));
    long.into_iter()
        .map(|(methods, place, name)| Finding::at(place, format!("`{name}` has {methods} methods")))
        .collect()
}

/// Name, line and number of methods of each trait; the code has neither comments nor strings.
fn traits(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    let (mut depth, mut open): (usize, Option<(String, usize, usize, usize)>) = (0, None);
    for (at, line) in code.lines().enumerate() {
        if open.is_none() && code::has_word(line, "trait") {
            let name = line.split("trait ").nth(1).unwrap_or_default();
            let name = name
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or_default();
            open = Some((name.to_owned(), at + 1, 0, depth));
        } else if let Some((_, _, methods, outside)) = &mut open
            && depth == *outside + 1
            && code::has_word(line, "fn")
        {
            *methods += 1;
        }
        depth += line.matches('{').count();
        depth = depth.saturating_sub(line.matches('}').count());
        let is_over = line.contains(['}', ';'])
            && open
                .as_ref()
                .is_some_and(|(_, _, _, outside)| depth <= *outside);
        if is_over && let Some((name, line, methods, _)) = open.take() {
            found.push((name, line, methods));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::traits;

    #[test]
    fn methods_are_counted_at_the_traits_own_level() {
        let code = "pub trait Small: Send {\n    fn a(&self);\n    fn b(&self) {\n        fn inner() {}\n        inner();\n    }\n}\n\
                    mod m {\n    trait Empty {}\n    trait Wide<T>\n    where\n        T: Send,\n    {\n        fn a(&self, f: fn(u8));\n    }\n}\n";
        let found = traits(code);
        let found: Vec<_> = found
            .iter()
            .map(|(name, line, methods)| (name.as_str(), *line, *methods))
            .collect();
        assert_eq!(found, [("Small", 1, 2), ("Empty", 9, 0), ("Wide", 10, 1)]);
    }
}
