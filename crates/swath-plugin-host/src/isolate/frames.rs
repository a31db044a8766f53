//! Messages over a socket, whole or not at all.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// More than any message has that was not made up: rows are elsewhere.
const LONGEST: u32 = 1 << 28;

/// How long the JSON is, in four bytes.
const HEAD: usize = 4;

/// Sends a message.
pub(super) fn send(to: &UnixStream, message: &impl Serialize) -> io::Result<()> {
    let mut frame = vec![0; HEAD];
    serde_json::to_writer(&mut frame, message)?;
    let length = u32::try_from(frame.len() - HEAD).ok();
    let length = length.filter(|length| *length < LONGEST);
    let length = length.ok_or_else(|| io::Error::other("a message of more than 256 MiB"))?;
    frame[..HEAD].copy_from_slice(&length.to_le_bytes());
    let mut to = to;
    to.write_all(&frame)
}

/// The messages that arrive.
pub(super) struct Frames {
    from: UnixStream,
    /// What arrived and was not read yet.
    bytes: Vec<u8>,
}

/// What became of waiting for a message.
#[derive(Debug)]
pub(super) enum Next<T> {
    /// It is there.
    Message(T),
    /// Nothing came within the time.
    Quiet,
    /// Nothing will come any more.
    Over,
}

impl Frames {
    pub(super) fn new(from: UnixStream) -> Self {
        Self {
            from,
            bytes: Vec::new(),
        }
    }

    /// How long [`next`](Self::next) waits; as long as it takes without.
    pub(super) fn wait(&self, time: Option<Duration>) -> io::Result<()> {
        self.from.set_read_timeout(time)
    }

    /// The next message, once it is there.
    ///
    /// # Errors
    /// What arrives is no message.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> io::Result<Next<T>> {
        loop {
            if let Some(length) = self.whole()? {
                let message = serde_json::from_slice(&self.bytes[HEAD..HEAD + length])?;
                self.bytes.drain(..HEAD + length);
                return Ok(Next::Message(message));
            }
            let mut chunk = [0; 16 << 10];
            match self.from.read(&mut chunk) {
                Ok(0) => return Ok(Next::Over),
                Ok(length) => self.bytes.extend_from_slice(&chunk[..length]),
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => return Ok(Next::Quiet),
                    // The other side ended before it had read everything.
                    io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                        return Ok(Next::Over);
                    }
                    _ => return Err(error),
                },
            }
        }
    }

    /// How long the first of the messages is that arrived, if all of it did.
    fn whole(&self) -> io::Result<Option<usize>> {
        let Some((head, rest)) = self.bytes.split_first_chunk::<HEAD>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*head);
        if length >= LONGEST {
            return Err(io::Error::other("what arrives is no message"));
        }
        let length = length as usize;
        Ok((rest.len() >= length).then_some(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_arrive_whole() {
        let (here, there) = UnixStream::pair().expect("a pair");
        let mut frames = Frames::new(there);
        frames.wait(Some(Duration::from_millis(1))).expect("a time");
        assert!(matches!(frames.next::<String>(), Ok(Next::Quiet)));
        send(&here, &"one").expect("room for it");
        send(&here, &"two").expect("room for it");
        for words in ["one", "two"] {
            let next = frames.next::<String>().expect("a message");
            assert!(
                matches!(&next, Next::Message(found) if found == words),
                "{next:?}"
            );
        }
        // Half a message is none.
        (&here)
            .write_all(&[200, 0, 0, 0, 0, 0])
            .expect("room for it");
        assert!(matches!(frames.next::<String>(), Ok(Next::Quiet)));
        drop(here);
        assert!(matches!(frames.next::<String>(), Ok(Next::Over)));
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        let (here, there) = UnixStream::pair().expect("a pair");
        (&here).write_all(&[0xff; 32]).expect("room for it");
        assert!(Frames::new(there).next::<String>().is_err());
        let (here, there) = UnixStream::pair().expect("a pair");
        send(&here, &7).expect("room for it");
        assert!(Frames::new(there).next::<String>().is_err());
    }
}
