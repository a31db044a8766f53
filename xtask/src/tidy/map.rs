//! The crate map in the docs is what the manifests say.

use super::{Check, Checkout, Finding};
use crate::{crate_map, section};

pub(super) const CHECK: Check = Check {
    rule: "the crate map in the docs is generated from the manifests",
    why: "a map kept by hand is wrong within a month",
    run,
};

fn run(checkout: &Checkout) -> Vec<Finding> {
    let Some(page) = checkout.text(crate_map::PAGE) else {
        return vec![Finding::at(crate_map::PAGE, "is missing")];
    };
    match section::replace(
        page,
        crate_map::SECTION,
        &crate_map::render(&checkout.workspace),
    ) {
        Ok(expected) if expected == page => Vec::new(),
        Ok(_) => vec![Finding::at(
            crate_map::PAGE,
            "differs from the manifests: run `cargo xtask docs`",
        )],
        Err(error) => vec![Finding::at(crate_map::PAGE, format!("{error:#}"))],
    }
}

#[cfg(test)]
mod tests {
    use super::{crate_map, run, section};
    use crate::tidy::checkout::tests::checkout;

    #[test]
    fn only_the_generated_text_passes() {
        let stale =
            "<!-- generated: crate-map (cargo xtask docs) -->\nold\n<!-- end: crate-map -->\n";
        let map = crate_map::render(&checkout(&[]).workspace);
        let fresh = section::replace(stale, "crate-map", &map).unwrap();
        assert_eq!(run(&checkout(&[(crate_map::PAGE, &fresh)])), []);
        for page in [stale, "no section"] {
            assert_eq!(
                run(&checkout(&[(crate_map::PAGE, page)])).len(),
                1,
                "{page}"
            );
        }
        assert_eq!(run(&checkout(&[])).len(), 1);
    }
}
