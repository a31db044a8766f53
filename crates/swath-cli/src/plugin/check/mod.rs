//! `swath plugin check`: what a function promises, tried on rows that are made up.
//!
//! ```text
//!  file ─load─► Function ─bind(params, columns)─► Subject          what is tried
//!  seed ─► Rows: few, many, null, odd values                       what it is tried with
//!  Property: again, threads, layouts, pieces, …                    a promise, as a function of both that says how it is broken
//!                     │ broken
//!                     └─► shrink: half of the rows, and half of these, as long as it stays broken
//! ```
//!
//! A function's own error is no broken promise: it refuses rows. A panic is one, as is whatever the host finds wrong with an answer.

mod columns;
mod random;
mod rows;

mod sink;
mod source;
mod subject;
mod task;

mod properties;

mod compare;
mod shrink;

mod report;
mod trial;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use swath_meta::Meta;
use swath_plugin_abi::Kind;
use swath_plugin_host::{Function, Plugin, PluginCopies, Policy};

use self::trial::Trials;
use crate::{Answer, Error};

pub(super) use self::columns::{frames, written};
pub(super) use self::random::Random;
pub(super) use self::rows::Rows;
pub(super) use self::task::Task;

pub(super) use self::subject::{Subject, Trouble};

/// What `check` can be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The plugin: libgeo.so
    pub(super) file: PathBuf,
    /// The only function to check; each that says what it can be tried with, when left out
    #[arg(long)]
    pub(super) function: Option<String>,
    /// Its parameters, a JSON object; those of its example when left out; needs `--function`
    #[arg(long, requires = "function")]
    pub(super) params: Option<String>,
    /// The columns that it is called with: 'price: float64, name: string?'; `?` may be null, `;` between frames; those of its example when left
    /// out; needs `--function`
    #[arg(long = "in", requires = "function", value_name = "COLUMNS")]
    pub(super) input: Option<String>,
    /// How often each promise is tried, at least once
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) cases: u32,
    /// What rows are made from: the same number, the same rows
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
}

/// Loads the plugin, which is trusted to do so, and tries its functions.
pub(crate) fn run(options: &Options) -> Result<Answer, Error> {
    let plugin = load(&options.file)?;
    let mut text = String::new();
    let (mut is_found, mut untried) = (false, 0);
    for function in chosen(&plugin, options.function.as_deref())? {
        let (params, input) = (options.params.as_deref(), options.input.as_deref());
        let tried = match options.function {
            Some(_) => Some(called_with(function, params, input)?),
            None => tried_with(function, params, input)?,
        };
        let Some((params, input)) = tried else {
            untried += 1;
            text.push_str(&report::untried(function));
            continue;
        };
        if function.entry().kind == Kind::Source {
            let (page, is_broken) = source::tried(function, &params)?;
            is_found |= is_broken;
            text.push_str(&page);
            continue;
        }
        if function.entry().kind == Kind::Sink {
            let made = (options.seed, options.cases);
            let (page, is_broken) = sink::tried(function, &params, &input[0], made)?;
            is_found |= is_broken;
            text.push_str(&page);
            continue;
        }
        let subject = Arc::new(Subject::bind(function, &params, &input)?);
        let trials = Trials::of(&subject, options.seed, options.cases);
        is_found |= trials.is_found();
        text.push_str(&report::page(&subject, &trials, options));
    }
    text.push_str(&report::summary(&plugin, is_found, untried));
    Ok(if is_found {
        Answer::finding(text)
    } else {
        Answer::fine(text)
    })
}

/// The plugin of a file.
pub(super) fn load(file: &Path) -> Result<Arc<Plugin>, Error> {
    let copies = PluginCopies::of_user();
    Ok(Plugin::load(file, &Policy::default(), &copies)?)
}

/// The function of this name, or all of them.
fn chosen<'p>(plugin: &'p Plugin, name: Option<&str>) -> Result<Vec<&'p Function>, Error> {
    match name {
        None => Ok(plugin.functions().iter().collect()),
        Some(name) => Ok(vec![function(plugin, name)?]),
    }
}

/// The function of this name, with or without the plugin's in front.
pub(super) fn function<'p>(plugin: &'p Plugin, name: &str) -> Result<&'p Function, Error> {
    let of = &plugin.manifest().name;
    let own = name.strip_prefix(&format!("{of}.")).unwrap_or(name);
    plugin.function(own).ok_or_else(|| Error::NoFunction {
        name: name.to_owned(),
        plugin: of.clone(),
        there: (plugin.functions().iter())
            .map(|function| function.entry().name.clone())
            .collect(),
    })
}

/// Parameters, and the columns of each frame: those that were given, and for what was not, those of the function's own example.
pub(super) fn tried_with(
    function: &Function,
    params: Option<&str>,
    input: Option<&str>,
) -> Result<Option<(String, Vec<Meta>)>, Error> {
    let example = function.entry().example.as_ref();
    // It has no input, and can be tried where its parameters are known.
    let no_input = (function.entry().kind == Kind::Source && params.is_some()).then_some("");
    let (own, input) = match (input.or(no_input), example) {
        (Some(input), _) => (None, input),
        (None, Some(example)) => (Some(example.params.to_string()), example.input.as_str()),
        (None, None) => return Ok(None),
    };
    let own = own.unwrap_or_else(|| "{}".to_owned());
    let params = params.map_or(own, str::to_owned);
    Ok(Some((params, frames(input)?)))
}

/// As [`tried_with`]; a function of which it is not known is an error.
pub(super) fn called_with(
    function: &Function,
    params: Option<&str>,
    input: Option<&str>,
) -> Result<(String, Vec<Meta>), Error> {
    tried_with(function, params, input)?.ok_or_else(|| Error::NoExample {
        function: function.name().to_string(),
    })
}
