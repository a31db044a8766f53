//! The socket to a worker, which keeps the host waiting no longer than it wants to.

use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::de::DeserializeOwned;

use super::frames::{Arrived, Came, receive};

/// Bytes that a worker may leave unread before it counts as one that does not listen.
const UNREAD: usize = 1 << 29;

/// The socket to a worker. What the worker does not read yet waits here, and not whoever said it.
pub(super) struct Connection {
    socket: UnixStream,
    arrived: Arrived,
    /// What was said and not taken by the system yet.
    leaving: Vec<u8>,
    is_over: bool,
}

/// What became of waiting for a message.
#[derive(Debug)]
pub(super) enum Next<T> {
    /// It is there.
    Message(T),
    /// Nothing whole came within the time.
    Quiet,
    /// Nothing will come any more.
    Over,
}

impl Connection {
    pub(super) fn new(socket: UnixStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            arrived: Arrived::default(),
            leaving: Vec::new(),
            is_over: false,
        })
    }

    /// Says something, behind all that was said before.
    ///
    /// # Errors
    /// The other side reads nothing of what it is told. That it is gone is found out by [`next`](Self::next), after the last that
    /// it said.
    pub(super) fn say(&mut self, frame: &[u8]) -> io::Result<()> {
        if self.leaving.len() + frame.len() > UNREAD {
            return Err(io::Error::other("it reads nothing of what it is told"));
        }
        self.leaving.extend_from_slice(frame);
        self.flush()
    }

    /// The next message, if all of it is there or comes within about this time; what is to leave does meanwhile.
    ///
    /// # Errors
    /// What arrives is no message.
    pub(super) fn next<T: DeserializeOwned>(&mut self, time: Duration) -> io::Result<Next<T>> {
        if let Some(message) = self.arrived.next()? {
            return Ok(Next::Message(message));
        }
        self.exchange(time)?;
        // One look at the socket, and no more until whoever asks has looked at the clock: it may come byte by byte.
        Ok(match self.arrived.next()? {
            Some(message) => Next::Message(message),
            None if self.is_over => Next::Over,
            None => Next::Quiet,
        })
    }

    /// Whether the other side has closed it.
    pub(super) fn is_over(&mut self) -> bool {
        self.exchange(Duration::ZERO).is_err() || self.is_over
    }

    /// Waits until something can be read or written, and does that once.
    fn exchange(&mut self, time: Duration) -> io::Result<()> {
        if self.is_over {
            return Ok(());
        }
        let mut events = PollFlags::IN;
        events.set(PollFlags::OUT, !self.leaving.is_empty());
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&self.socket, events)], Some(&time)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        self.flush()?;
        self.is_over = receive(&self.socket, &mut self.arrived)? == Came::Over;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.leaving.is_empty() {
            match self.socket.write(&self.leaving) {
                Ok(written) => drop(self.leaving.drain(..written)),
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    io::ErrorKind::WouldBlock => break,
                    // Nobody reads any more. What was said before that is read still.
                    io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
                        self.leaving.clear();
                    }
                    _ => return Err(error),
                },
            }
        }
        Ok(())
    }

    /// Ends it: nothing more is said or heard.
    pub(super) fn close(&self) {
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::time::Instant;

    use super::super::frames::{framed, send};
    use super::*;

    const SOON: Duration = Duration::from_millis(20);

    fn pair() -> (Connection, UnixStream) {
        let (here, there) = UnixStream::pair().expect("a pair");
        (Connection::new(here).expect("a socket"), there)
    }

    #[test]
    fn what_is_not_read_waits_here() {
        let (mut here, mut there) = pair();
        let long = "a".repeat(4 << 20);
        let begin = Instant::now();
        here.say(&framed(&long).expect("it is short enough"))
            .expect("there is room");
        assert!(begin.elapsed() < Duration::from_secs(5), "nobody waited");
        let mut found = Vec::new();
        let reader = std::thread::Builder::new().spawn(move || {
            let mut head = [0; 4];
            there.read_exact(&mut head).expect("a length");
            let length = u32::from_le_bytes(head).into();
            let read = (&there).take(length).read_to_end(&mut found);
            read.expect("a message");
            send(&there, &"thanks").expect("room for it");
            (found.len(), there)
        });
        let reader = reader.expect("a thread");
        let thanks = loop {
            match here.next::<String>(SOON).expect("messages") {
                Next::Message(message) => break message,
                Next::Quiet => assert!(begin.elapsed() < Duration::from_secs(10)),
                Next::Over => unreachable!("it is open"),
            }
        };
        assert_eq!(thanks, "thanks");
        let (length, _there) = reader.join().expect("no panic");
        assert_eq!(length, long.len() + 2);
    }

    #[test]
    fn the_last_words_are_heard() {
        let (mut here, there) = pair();
        send(&there, &"farewell").expect("room for it");
        drop(there);
        here.say(&framed(&"what?").expect("it is short"))
            .expect("nobody hears it, which is found out below");
        let mut next = || here.next::<String>(SOON).expect("messages");
        assert!(matches!(next(), Next::Message(words) if words == "farewell"));
        assert!(matches!(next(), Next::Over));
        assert!(here.is_over());
    }

    #[test]
    fn bytes_that_trickle_in_are_no_message_yet() {
        let (mut here, there) = pair();
        for byte in [9, 0, 0, 0, b'"'] {
            (&there).write_all(&[byte]).expect("room for it");
            assert!(matches!(here.next::<String>(SOON), Ok(Next::Quiet)));
        }
        assert!(!here.is_over());
    }
}
