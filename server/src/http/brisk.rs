//! A connection whose client must take what it asked for.
//!
//! hyper bounds how long a head may take to arrive, and [`super::guard::whole`] a body; nobody bounds how long an answer
//! may take to leave. A client that asks and never reads would hold its place for ever.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// Bytes a second below which a client is not reading, but holding on. As slow as a body may come in.
const SLOWEST: u64 = 1024;

/// A stream that breaks when what is written to it does not leave in time.
pub(super) struct Brisk<S> {
    stream: S,
    patience: Duration,
    /// Runs from the first write that had to wait until all of it has left.
    waits: Option<Pin<Box<Sleep>>>,
}

impl<S> Brisk<S> {
    /// Gives a write `patience`, and a second more for every KiB that leaves.
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, waits: None }
    }

    /// Passes on what came of a write, unless it has waited too long.
    fn judge(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match (written, &mut self.waits) {
            (Poll::Ready(Ok(bytes)), Some(waits)) => {
                let earned = Duration::from_millis(bytes as u64 * 1000 / SLOWEST);
                let until = waits.deadline() + earned;
                waits.as_mut().reset(until);
                Poll::Ready(Ok(bytes))
            }
            (Poll::Pending, waits) => {
                let until = Instant::now() + self.patience;
                let waits = waits.get_or_insert_with(|| Box::pin(sleep_until(until)));
                ready!(waits.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            (other, None) | (other @ Poll::Ready(Err(_)), Some(_)) => other,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Brisk<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Brisk<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.judge(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper asks this when all of an answer so far has left: the next wait begins anew.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.waits = None;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_gets_everything_however_often_it_has_to_wait() {
        let (near, mut far) = duplex(16);
        let mut near = Brisk::new(near, PATIENCE);
        let reader = tokio::spawn(async move {
            let mut all = Vec::new();
            far.read_to_end(&mut all).await.map(|_| all.len())
        });
        near.write_all(&[7; 10_000]).await.unwrap();
        near.flush().await.unwrap();
        drop(near);
        assert_eq!(reader.await.unwrap().unwrap(), 10_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_reads_is_given_up() {
        let (near, _far) = duplex(16);
        let begun = Instant::now();
        let refused = Brisk::new(near, PATIENCE).write_all(&[7; 10_000]).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        assert_eq!(begun.elapsed().as_secs(), PATIENCE.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_sip_now_and_then_does_not_hold_the_connection() {
        let (near, mut far) = duplex(16);
        let sips = tokio::spawn(async move {
            let mut sip = [0; 1];
            while far.read_exact(&mut sip).await.is_ok() {
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        });
        let begun = Instant::now();
        let refused = Brisk::new(near, PATIENCE).write_all(&[7; 10_000]).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() < 2 * PATIENCE, "{:?}", begun.elapsed());
        sips.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_left_does_not_count_against_the_next() {
        let (near, mut far) = duplex(16);
        let mut near = Brisk::new(near, PATIENCE);
        for _ in 0..3 {
            let (sent, read) = tokio::join!(
                async {
                    near.write_all(&[7; 32]).await?;
                    near.flush().await
                },
                async {
                    tokio::time::sleep(Duration::from_secs(20)).await;
                    far.read_exact(&mut [0; 32]).await
                }
            );
            assert!(sent.is_ok() && read.is_ok());
        }
    }
}
