//! What was tried, for a terminal.

use std::fmt::Write as _;

use swath_plugin_host::{Function, Plugin};

use super::Options;
use super::columns::written;
use super::subject::Subject;
use super::trial::{Broken, Trial, Trials};

/// What became of a function. Writing into a text cannot fail.
pub(super) fn page(subject: &Subject, trials: &Trials, options: &Options) -> String {
    let kind = subject.function.entry().kind.as_str();
    let mut text = format!("{}, {kind}", subject.function.name());
    if subject.params != "{}" {
        let _ = write!(text, ", with {}", subject.params);
    }
    let _ = writeln!(text, ", on {}", written(subject.frames()));
    for trial in trials.iter() {
        let _ = writeln!(text, "  {:<8}  {}", trial.property.name, outcome(trial));
        if let Some(broken) = &trial.broken {
            counterexample(&mut text, subject, broken, options);
        }
    }
    text.push('\n');
    text
}

fn outcome(trial: &Trial) -> String {
    let says = trial.property.says;
    match (&trial.broken, trial.tried, &trial.refused) {
        (Some(broken), ..) => format!("BROKEN: {says}: {}", broken.words),
        (None, 0, Some(reason)) => format!("not tried: {reason}"),
        (None, 1, _) => format!("holds: {says}, in 1 case"),
        (None, tried, _) => format!("holds: {says}, in {tried} cases"),
    }
}

fn counterexample(text: &mut String, subject: &Subject, broken: &Broken, options: &Options) {
    let _ = writeln!(
        text,
        "    on these rows, of seed {} and case {}:",
        options.seed, broken.case
    );
    for line in broken.rows.to_string().lines() {
        let _ = writeln!(text, "{}", format!("      {line}").trim_end());
    }
    let _ = writeln!(
        text,
        "    again: swath plugin check {} --function {} --params '{}' --in '{}' --seed {} --cases {}",
        options.file.display(),
        subject.function.entry().name,
        subject.params,
        written(subject.frames()),
        options.seed,
        broken.case + 1,
    );
}

/// What a function gets that does not say what it can be tried with.
pub(super) fn untried(function: &Function) -> String {
    format!(
        "{}, {}\n  not tried: it has no example; name it with `--function {}`, and give `--in` and `--params`\n\n",
        function.name(),
        function.entry().kind.as_str(),
        function.entry().name,
    )
}

/// The last line.
pub(super) fn summary(plugin: &Plugin, is_found: bool, untried: usize) -> String {
    let name = &plugin.manifest().name;
    let rest = match untried {
        0 => String::new(),
        1 => "; 1 function was not tried".to_owned(),
        n => format!("; {n} functions were not tried"),
    };
    if is_found {
        format!("{name} breaks what it promises{rest}\n")
    } else if untried == plugin.functions().len() {
        format!("{name}: nothing was tried\n")
    } else {
        format!("{name} keeps what it promises{rest}\n")
    }
}
