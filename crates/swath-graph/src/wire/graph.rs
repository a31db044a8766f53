//! A graph as an object: stages as objects, tasks and dependencies packed.

use super::decoder::Decoder;
use super::encoder::Encoder;
use super::object::Object;
use crate::error::{DecodeError, GraphError};
use crate::graph::{DepSource, Graph, Import, RawDep, StageId, StageSpec, Task};
use crate::key::Key;
use crate::name::Name;
use std::collections::HashMap;
use std::sync::Arc;

const KIND: &str = "graph";
const VERSION: u32 = 1;

/// Bytes of a packed task: stage, index and number of dependencies.
const TASK: usize = 12;
/// Bytes of a packed dependency: name, index and port.
const DEP: usize = 10;
/// Bytes of a packed held key: name and index.
const HELD: usize = 8;

/// Writes a graph; `work` writes the work of each stage as one object.
///
/// Names are written once, a task costs 12 bytes and a dependency 10, little-endian. What is read is named by key, not by id,
/// so a reader need not trust the order. Hints and origins travel too.
///
/// ```
/// use swath_graph::{DecodeError, Decoder, Encoder, Graph, GraphBuilder, Name, decode_graph, encode_graph};
///
/// let mut builder = GraphBuilder::new();
/// let stage = builder.stage(Name::of("load", "x"), 7_u32);
/// builder.task(stage, &[]);
///
/// let mut encoder = Encoder::new();
/// encode_graph(&builder.build()?, &mut encoder, |work, encoder| encoder.object("load", 1, |o| o.u64("rows", u64::from(*work))));
/// let bytes = encoder.into_bytes()?;
///
/// let graph: Graph<u32> = decode_graph(&Decoder::new(&bytes), |work| -> Result<u32, DecodeError> {
///     let load = work.object()?;
///     load.expect("load", 1)?;
///     load.u32("rows")
/// })?;
/// assert_eq!(graph.tasks().next().map(|task| *task.work()), Some(7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode_graph<W>(
    graph: &Graph<W>,
    encoder: &mut Encoder,
    mut work: impl FnMut(&W, &mut Encoder),
) {
    let mut names = Names::default();
    let stage_names: Vec<u32> = graph
        .stages()
        .iter()
        .map(|stage| names.id(&stage.name))
        .collect();
    let held_names: Vec<u32> = graph.held().iter().map(|key| names.id(&key.name)).collect();

    let mut held = Vec::with_capacity(graph.held().len() * HELD);
    for (key, name) in graph.held().iter().zip(&held_names) {
        held.extend_from_slice(&name.to_le_bytes());
        held.extend_from_slice(&key.index.to_le_bytes());
    }
    let (mut tasks, mut deps) = (
        Vec::with_capacity(graph.len() * TASK),
        Vec::with_capacity(graph.n_deps() * DEP),
    );
    for task in graph.tasks() {
        tasks.extend_from_slice(&(task.stage_id().index() as u32).to_le_bytes());
        tasks.extend_from_slice(&task.index().to_le_bytes());
        tasks.extend_from_slice(&(task.deps().len() as u32).to_le_bytes());
        for dep in task.deps() {
            let (name, index) = match dep.from {
                DepSource::Task(id) => {
                    let from = graph.task(id);
                    (stage_names[from.stage_id().index()], from.index())
                }
                DepSource::Held(id) => (held_names[id.index()], graph.held()[id.index()].index),
            };
            deps.extend_from_slice(&name.to_le_bytes());
            deps.extend_from_slice(&index.to_le_bytes());
            deps.extend_from_slice(&dep.port.to_le_bytes());
        }
    }

    encoder.object(KIND, VERSION, |o| {
        o.serde("names", &names.list);
        o.list(
            "stages",
            graph.stages().iter().zip(&stage_names),
            |encoder, (stage, name)| {
                encoder.object("stage", 1, |o| {
                    o.u64("name", u64::from(*name));
                    o.object("work", |encoder| work(&stage.work, encoder));
                    o.serde("hint", &stage.hint);
                    o.serde("origin", &stage.origin);
                });
            },
        );
        o.bytes("tasks", &tasks);
        o.bytes("deps", &deps);
        o.bytes("held", &held);
    });
}

/// Reads a graph that [`encode_graph`] wrote; `work` reads the work of each stage.
///
/// The graph is checked as any that comes from elsewhere: see [`Graph::from_keys`]. Ids are those of the graph written.
///
/// # Errors
/// What `work` returns, or a [`DecodeError`] turned into its error: bytes that are no such graph, or
/// [`DecodeError::Graph`] for a graph that cannot be.
pub fn decode_graph<W, E: From<DecodeError>>(
    decoder: &Decoder<'_>,
    mut work: impl FnMut(&mut Decoder<'_>) -> Result<W, E>,
) -> Result<Graph<W>, E> {
    let object = decoder.object()?;
    object.expect(KIND, VERSION)?;
    let names: Vec<Name> = object.serde("names")?;
    let name = |object: &Object<'_>, field: &str, id: u32| {
        names.get(id as usize).ok_or_else(|| {
            object.invalid(
                field,
                format!("name number {id} is not one of the {} names", names.len()),
            )
        })
    };

    let mut stages = Vec::new();
    for stage in object.list("stages")? {
        let stage = stage.object()?;
        stage.expect("stage", 1)?;
        stages.push(StageSpec {
            name: name(&stage, "name", stage.u32("name")?)?.clone(),
            work: Arc::new(work(&mut stage.object("work")?)?),
            hint: stage.serde("hint")?,
            origin: stage.serde("origin")?,
        });
    }
    let held = packed::<HELD>(&object, "held")?
        .iter()
        .map(|bytes| {
            Ok(Key::new(
                name(&object, "held", u32_at(bytes, 0))?.clone(),
                u32_at(bytes, 4),
            ))
        })
        .collect::<Result<Vec<_>, DecodeError>>()?;
    let deps = packed::<DEP>(&object, "deps")?
        .iter()
        .map(|bytes| {
            let id = u32_at(bytes, 0);
            name(&object, "deps", id)?;
            Ok(RawDep {
                name: id,
                index: u32_at(bytes, 4),
                port: u16::from_le_bytes([bytes[8], bytes[9]]),
            })
        })
        .collect::<Result<Vec<_>, DecodeError>>()?;
    let (mut deps_end, mut deps_ends) = (0_u64, Vec::new());
    let tasks = packed::<TASK>(&object, "tasks")?
        .iter()
        .map(|bytes| {
            deps_end += u64::from(u32_at(bytes, 8));
            deps_ends.push(u32::try_from(deps_end).unwrap_or(u32::MAX));
            Task {
                stage: StageId(u32_at(bytes, 0)),
                index: u32_at(bytes, 4),
            }
        })
        .collect();
    if deps_end != deps.len() as u64 {
        let reason = format!(
            "tasks count {deps_end} dependencies, there are {}",
            deps.len()
        );
        return Err(object.invalid("deps", reason).into());
    }
    let import = Import {
        stages,
        tasks,
        deps_ends,
        deps,
        names,
        held,
    };
    import
        .build()
        .map_err(|source: GraphError| DecodeError::Graph { source }.into())
}

/// Names by number, each once.
#[derive(Default)]
struct Names<'a> {
    list: Vec<&'a Name>,
    ids: HashMap<&'a Name, u32>,
}

impl<'a> Names<'a> {
    fn id(&mut self, name: &'a Name) -> u32 {
        *self.ids.entry(name).or_insert_with(|| {
            self.list.push(name);
            self.list.len() as u32 - 1
        })
    }
}

/// Reads a field of packed entries of `N` bytes.
fn packed<'a, const N: usize>(
    object: &Object<'a>,
    field: &str,
) -> Result<&'a [[u8; N]], DecodeError> {
    let bytes = object.bytes(field)?;
    match bytes.as_chunks() {
        (entries, []) => Ok(entries),
        (_, rest) => Err(object.invalid(
            field,
            format!("{} bytes follow the last entry of {N}", rest.len()),
        )),
    }
}

fn u32_at<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GraphBuilder, Hint, Origin};
    use proptest::prelude::*;

    fn encode(graph: &Graph<String>) -> Vec<u8> {
        let mut encoder = Encoder::new();
        encode_graph(graph, &mut encoder, |work, encoder| {
            encoder.object("work", 1, |o| o.str("text", work));
        });
        encoder.into_bytes().unwrap()
    }

    fn decode(bytes: &[u8]) -> Result<Graph<String>, DecodeError> {
        decode_graph(&Decoder::new(bytes), |work| {
            Ok(work.object()?.str("text")?.to_owned())
        })
    }

    fn sample() -> Graph<String> {
        let mut builder = GraphBuilder::new();
        let table = builder.held(Key::new(Name::of("table", &0), 3));
        builder.held(Key::new(Name::of("table", &0), 4));
        let hint = Hint::default()
            .label("big sales")
            .retries(2)
            .estimate(1 << 40);
        let load = builder.stage_with(Name::of("load", &0), "load".to_owned(), hint);
        builder.origin(
            load,
            Origin {
                file: "main.rs".into(),
                line: 3,
                column: 9,
            },
        );
        let sum = builder.stage(Name::of("sum", &0), "sum".to_owned());
        let parts: Vec<_> = (0..5)
            .map(|_| builder.task(load, &[table.dep()]).port(7))
            .collect();
        builder.task(sum, &parts);
        builder.task_at(load, 100, &[]);
        builder.build().unwrap()
    }

    fn assert_same(a: &Graph<String>, b: &Graph<String>) {
        assert_eq!(a.held(), b.held());
        assert_eq!(a.stages().len(), b.stages().len());
        assert_eq!(a.len(), b.len());
        for (a, b) in a.tasks().zip(b.tasks()) {
            assert_eq!((a.key(), a.deps(), a.work()), (b.key(), b.deps(), b.work()));
            assert_eq!((a.hint(), a.origin()), (b.hint(), b.origin()));
        }
    }

    #[test]
    fn a_graph_comes_back() {
        assert_same(&decode(&encode(&sample())).unwrap(), &sample());
        let empty = GraphBuilder::new().build().unwrap();
        assert_same(&decode(&encode(&empty)).unwrap(), &empty);
    }

    #[test]
    fn a_graph_that_cannot_be_is_refused() {
        let write = |tasks: &[[u32; 3]], deps: &[(u32, u32, u16)]| {
            let mut encoder = Encoder::new();
            encoder.object(KIND, VERSION, |o| {
                o.serde("names", &[Name::of("a", &0)]);
                o.list("stages", [0], |encoder, _| {
                    encoder.object("stage", 1, |o| {
                        o.u64("name", 0);
                        o.object("work", |encoder| {
                            encoder.object("work", 1, |o| o.str("text", "a"));
                        });
                        o.serde("hint", &Hint::default());
                        o.none("origin");
                    });
                });
                o.bytes(
                    "tasks",
                    &tasks
                        .iter()
                        .flatten()
                        .flat_map(|n| n.to_le_bytes())
                        .collect::<Vec<_>>(),
                );
                let dep = |(name, index, port): &(u32, u32, u16)| {
                    [
                        &name.to_le_bytes()[..],
                        &index.to_le_bytes(),
                        &port.to_le_bytes(),
                    ]
                    .concat()
                };
                o.bytes("deps", &deps.iter().flat_map(dep).collect::<Vec<_>>());
                o.bytes("held", &[]);
            });
            encoder.into_bytes().unwrap()
        };
        assert_eq!(
            decode(&write(&[[0, 1, 1], [0, 0, 0]], &[(0, 0, 0)]))
                .unwrap()
                .len(),
            2
        );
        let refused = |tasks: &[[u32; 3]], deps: &[(u32, u32, u16)]| {
            let error = decode(&write(tasks, deps)).unwrap_err();
            match std::error::Error::source(&error) {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            }
        };
        let texts = [
            refused(&[[0, 0, 1], [0, 1, 1]], &[(0, 1, 0), (0, 0, 0)]),
            refused(&[[0, 0, 1]], &[(0, 9, 0)]),
            refused(&[[0, 0, 1]], &[(9, 0, 0)]),
            refused(&[[9, 0, 0]], &[]),
            refused(&[[0, 0, 0], [0, 0, 0]], &[]),
            refused(&[[0, 0, u32::MAX], [0, 1, u32::MAX]], &[]),
        ];
        insta::assert_snapshot!(texts.join("\n"), @r#"
        the encoded graph cannot be: tasks need each other in a circle of 2: ('a-be71fdee357501f878c43f350a33959b', 0) reads ('a-be71fdee357501f878c43f350a33959b', 1) reads ('a-be71fdee357501f878c43f350a33959b', 0)
        the encoded graph cannot be: ('a-be71fdee357501f878c43f350a33959b', 0) reads ('a-be71fdee357501f878c43f350a33959b', 9), which no task computes and which is not held
        field `deps` of `graph`: name number 9 is not one of the 1 names
        the encoded graph cannot be: task 0 belongs to stage number 9, but there are 1 stages
        the encoded graph cannot be: two tasks have the key ('a-be71fdee357501f878c43f350a33959b', 0): give the later stage another name, or number its tasks with `task_at`
        field `deps` of `graph`: tasks count 8589934590 dependencies, there are 0
        "#);
    }

    proptest! {
        #[test]
        fn damaged_graphs_are_an_error_or_a_graph(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut bytes = encode(&sample());
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if let Ok(graph) = decode(&bytes) {
                prop_assert!(graph.tasks().all(|task| task.deps().iter().all(|dep| dep.task().is_none_or(|id| id < task.id()))));
            }
        }
    }
}
