//! Messages over a socket, whole or not at all.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// More than any message has that was not made up: rows are elsewhere.
pub(super) const LONGEST: u32 = 1 << 28;

/// How long the JSON is, in four bytes.
const HEAD: usize = 4;

/// A message as it travels.
///
/// # Errors
/// It is longer than any that is read.
pub(super) fn framed(message: &impl Serialize) -> io::Result<Vec<u8>> {
    framed_within(LONGEST, message)
}

/// The same, where the longest has less than so many bytes.
pub(super) fn framed_within(longest: u32, message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; HEAD];
    serde_json::to_writer(&mut frame, message)?;
    let length = u32::try_from(frame.len() - HEAD).ok();
    let length = length.filter(|length| *length < longest);
    let too_long = || format!("a message of more than {} MiB", longest >> 20);
    let length = length.ok_or_else(|| io::Error::other(too_long()))?;
    frame[..HEAD].copy_from_slice(&length.to_le_bytes());
    Ok(frame)
}

/// Sends a message, however long the other side takes to read it.
pub(super) fn send(mut to: &UnixStream, message: &impl Serialize) -> io::Result<()> {
    to.write_all(&framed(message)?)
}

/// What arrived and was not read yet.
#[derive(Default)]
pub(super) struct Arrived(Vec<u8>);

impl Arrived {
    /// Some more bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// The next message, if all of it is there.
    ///
    /// # Errors
    /// What arrived is no message.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        let Some((head, rest)) = self.0.split_first_chunk::<HEAD>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*head);
        if length >= LONGEST {
            return Err(io::Error::other("what arrives is no message"));
        }
        let Some(message) = rest.get(..length as usize) else {
            return Ok(None);
        };
        let message = serde_json::from_slice(message)?;
        self.0.drain(..HEAD + length as usize);
        Ok(Some(message))
    }
}

/// Bytes that came at once.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// Some.
    Some,
    /// None by now.
    Nothing,
    /// None, and none ever will.
    Over,
}

/// Reads once.
pub(super) fn receive(mut from: &UnixStream, arrived: &mut Arrived) -> io::Result<Came> {
    let mut chunk = [0; 16 << 10];
    match from.read(&mut chunk) {
        Ok(0) => Ok(Came::Over),
        Ok(length) => {
            arrived.add(&chunk[..length]);
            Ok(Came::Some)
        }
        Err(error) => match error.kind() {
            io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                Ok(Came::Nothing)
            }
            // The other side ended before it had read everything.
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Ok(Came::Over),
            _ => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_arrive_whole() {
        let (here, there) = UnixStream::pair().expect("a pair");
        there.set_nonblocking(true).expect("a socket");
        let mut arrived = Arrived::default();
        assert_eq!(
            receive(&there, &mut arrived).expect("it is open"),
            Came::Nothing
        );
        send(&here, &"one").expect("room for it");
        send(&here, &"two").expect("room for it");
        // Half a message is none.
        (&here)
            .write_all(&[200, 0, 0, 0, 0, 0])
            .expect("room for it");
        assert_eq!(
            receive(&there, &mut arrived).expect("it is open"),
            Came::Some
        );
        let mut next = || arrived.next::<String>().expect("a message");
        assert_eq!(next().as_deref(), Some("one"));
        assert_eq!(next().as_deref(), Some("two"));
        assert_eq!(next(), None);
        drop(here);
        assert_eq!(
            receive(&there, &mut arrived).expect("it was open"),
            Came::Over
        );
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        let mut arrived = Arrived::default();
        arrived.add(&[0xff; 32]);
        assert!(arrived.next::<String>().is_err());
        let mut arrived = Arrived::default();
        arrived.add(&framed(&7).expect("it is short"));
        assert!(arrived.next::<String>().is_err());
    }
}
