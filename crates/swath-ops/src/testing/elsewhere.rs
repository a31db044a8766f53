//! Runs every task in another process: proof that a task is data.
//!
//! [`Elsewhere`] is a backend that encodes each operator and its inputs, sends them over a Unix socket to a
//! worker, and decodes what comes back; [`serve`] is the worker's loop. Both ends find sources, steps, sinks
//! and functions through the same [`Registry`].

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use swath_graph::{Decoder, Encoder, Graph, Key};
use swath_memory::{Budget, CancelToken, Demand};
use swath_scheduler::{
    At, Backend, Held, Inputs, Local, Outputs, Pinned, Run, RunError, RunOptions, TaskContext,
    TaskError, ValueInputs, Work,
};

use crate::{Env, Op, OpError, Registry, TaskValue};

/// A connection to a worker: anything that carries bytes both ways.
pub trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

/// A backend whose tasks run in the process at the other end of a wire.
pub struct Elsewhere {
    local: Local<Shipped>,
    wire: Arc<Mutex<Box<dyn Wire>>>,
}

impl Elsewhere {
    /// Ships tasks through `wire`, one at a time.
    ///
    /// # Errors
    /// Threads that cannot be started.
    pub fn new(
        wire: impl Wire + 'static,
        threads: usize,
    ) -> Result<Self, swath_scheduler::BuildError> {
        let local = Local::builder()
            .threads(threads)
            .budget(Budget::unlimited())
            .build()?;
        Ok(Self {
            local,
            wire: Arc::new(Mutex::new(Box::new(wire))),
        })
    }
}

impl Backend<Op> for Elsewhere {
    fn submit(&self, graph: Arc<Graph<Op>>, wanted: &[Key], options: RunOptions) -> Run<Vec<Held>> {
        let shipped = graph.map(|op| Shipped {
            op: op.clone(),
            wire: Arc::clone(&self.wire),
        });
        self.local.submit(Arc::new(shipped), wanted, options)
    }

    fn fetch(&self, held: &Held) -> Result<Pinned<'static, TaskValue>, RunError> {
        self.local.fetch(held)
    }

    fn hold(&self, key: Key, value: TaskValue) -> Result<Held, RunError> {
        self.local.hold(key, value)
    }
}

/// An operator on its way to the worker.
struct Shipped {
    op: Op,
    wire: Arc<Mutex<Box<dyn Wire>>>,
}

impl Work for Shipped {
    type Value = TaskValue;
    type Env = ();

    fn run(
        &self,
        at: At<'_>,
        inputs: &dyn Inputs<TaskValue>,
        (): &(),
        _: &TaskContext<'_>,
    ) -> Result<Outputs<TaskValue>, TaskError> {
        let request = self
            .request(at.index(), inputs)
            .map_err(OpError::into_task_error)?;
        let answer = {
            let mut wire = self.wire.lock().unwrap_or_else(PoisonError::into_inner);
            send(&mut **wire, &request)
                .and_then(|()| receive(&mut **wire))
                .map_err(TaskError::from)?
        };
        let answer = answer.ok_or_else(|| TaskError::failed("the worker closed the wire"))?;
        let values = answered(&answer)?;
        Ok(Outputs::from(values))
    }

    fn demand(&self, at: At<'_>, input_bytes: &[u64]) -> Demand {
        self.op.demand(at, input_bytes)
    }
}

impl Shipped {
    fn request(&self, index: usize, inputs: &dyn Inputs<TaskValue>) -> Result<Vec<u8>, OpError> {
        let mut values = Vec::with_capacity(inputs.len());
        for input in 0..inputs.len() {
            let mut out = Encoder::new();
            inputs
                .open(input)
                .map_err(OpError::Input)?
                .encode(&mut out)?;
            values.push(out.into_bytes()?);
        }
        let mut op = Encoder::new();
        self.op.encode(&mut op);
        let op = op.into_bytes()?;
        let mut out = Encoder::new();
        out.object("task", 1, |o| {
            o.u64("index", index as u64);
            o.bytes("op", &op);
            o.u64("inputs", values.len() as u64);
            for (nth, value) in values.iter().enumerate() {
                o.bytes(&format!("input-{nth}"), value);
            }
        });
        Ok(out.into_bytes()?)
    }
}

fn answered(answer: &[u8]) -> Result<Vec<TaskValue>, TaskError> {
    let read = || -> Result<Result<Vec<TaskValue>, String>, OpError> {
        let object = Decoder::new(answer).object()?;
        if object.kind() == "failed" {
            return Ok(Err(object.str("message")?.to_owned()));
        }
        object.expect("done", 1)?;
        let ports = object.u64("ports")?;
        let value = |port| TaskValue::decode(&Decoder::new(object.bytes(&format!("port-{port}"))?));
        Ok(Ok((0..ports).map(value).collect::<Result<_, OpError>>()?))
    };
    match read() {
        Ok(Ok(values)) => Ok(values),
        Ok(Err(message)) => Err(TaskError::failed(message)),
        Err(error) => Err(error.into_task_error()),
    }
}

/// The worker: reads tasks from the wire, runs them and answers, until the other end closes it.
///
/// # Errors
/// A broken wire.
pub fn serve(wire: &mut dyn Wire, env: &Env) -> io::Result<()> {
    let registry = Registry::standard(env.clone());
    while let Some(request) = receive(wire)? {
        let mut out = Encoder::new();
        match run(&request, &registry) {
            Ok(ports) => out.object("done", 1, |o| {
                o.u64("ports", ports.len() as u64);
                for (port, value) in ports.iter().enumerate() {
                    o.bytes(&format!("port-{port}"), value);
                }
            }),
            Err(error) => out.object("failed", 1, |o| o.str("message", &error.to_string())),
        }
        send(wire, &out.into_bytes().map_err(io::Error::other)?)?;
    }
    Ok(())
}

fn run(request: &[u8], registry: &Registry) -> Result<Vec<Vec<u8>>, OpError> {
    let task = Decoder::new(request).object()?;
    task.expect("task", 1)?;
    let op = Op::decode(&Decoder::new(task.bytes("op")?), registry)?;
    let input =
        |nth| TaskValue::decode(&Decoder::new(task.bytes(&format!("input-{nth}"))?)).map(Arc::new);
    let inputs = ValueInputs::new(
        (0..task.u64("inputs")?)
            .map(input)
            .collect::<Result<Vec<_>, OpError>>()?,
    );

    let budget = Budget::unlimited();
    let grant = budget.grant_alone(Demand {
        floor: 0,
        expected: 0,
    });
    let cancel = CancelToken::new();
    let cx = TaskContext::new(&cancel, &grant);
    let made = op.run_task(task.u64("index")? as usize, &inputs, registry.env(), &cx)?;
    made.iter()
        .map(|made| {
            let mut out = Encoder::new();
            made.value.encode(&mut out)?;
            Ok(out.into_bytes()?)
        })
        .collect()
}

fn send(wire: &mut dyn Wire, message: &[u8]) -> io::Result<()> {
    wire.write_all(&(message.len() as u64).to_le_bytes())?;
    wire.write_all(message)?;
    wire.flush()
}

/// The next message, or `None` when the other end has closed.
fn receive(wire: &mut dyn Wire) -> io::Result<Option<Vec<u8>>> {
    let mut len = [0; 8];
    match wire.read_exact(&mut len) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        result => result?,
    }
    let mut message = vec![0; u64::from_le_bytes(len) as usize];
    wire.read_exact(&mut message)?;
    Ok(Some(message))
}
