//! Links between pages lead to files that are there.

use super::{Check, Checkout, Finding};

pub(super) const CHECK: Check = Check {
    rule: "links of the README and of docs/ lead to files that are there",
    why: "a page is moved more easily than what points to it",
    run,
};

fn run(checkout: &Checkout) -> Vec<Finding> {
    let readme = checkout
        .texts
        .iter()
        .filter(|text| text.path == "README.md");
    let pages = readme.chain(checkout.pages());
    let mut findings = Vec::new();
    for page in pages {
        let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in (1..).zip(prose(&page.text)) {
            for target in line
                .split("](")
                .skip(1)
                .filter_map(|rest| rest.split(')').next())
            {
                let file = target.split('#').next().unwrap_or_default();
                let is_elsewhere = target.contains("://") || target.starts_with("mailto:");
                if file.is_empty() || is_elsewhere {
                    continue;
                }
                let path = below(folder, file);
                let is_there = path.as_deref().is_some_and(|path| leads(checkout, path));
                if !is_there {
                    let found = format!("`{target}` leads nowhere");
                    findings.push(Finding::on(&page.path, number, found));
                }
            }
        }
    }
    findings
}

/// The lines of a page, those of its code without their text.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    page.lines().map(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        if is_code || is_fence { "" } else { line }
    })
}

/// A path from the project's top, of one from a folder; nothing where it leaves the project.
fn below(folder: &str, file: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a file or folder is there.
fn leads(checkout: &Checkout, path: &str) -> bool {
    let inside = format!("{path}/");
    checkout
        .paths
        .iter()
        .any(|found| found == path || found.starts_with(&inside))
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::tidy::checkout::tests::checkout;

    #[test]
    fn what_leads_nowhere_is_found_with_its_line() {
        let page = "[x](b/c.md#part) [y](../README.md) [z](#here) [w](https://a.b/c)\n```text\n[code](none)\n```\n[v](d.md) [u](../../x)\n";
        let files = [
            ("README.md", "[docs](docs/) [a](docs/a.md)"),
            ("docs/a.md", page),
            ("docs/b/c.md", "[up](../a.md)"),
        ];
        let findings = run(&checkout(&files));
        let found: Vec<_> = findings
            .iter()
            .map(|finding| (finding.place.as_str(), finding.found.as_str()))
            .collect();
        let here = "docs/a.md:5";
        assert_eq!(
            found,
            [
                (here, "`d.md` leads nowhere"),
                (here, "`../../x` leads nowhere")
            ]
        );
    }
}
