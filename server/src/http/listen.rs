//! The listener: connections in bounded number, heads and answers in bounded time, and a drain at the end.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use axum::{Router, body::Body};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{brisk::Brisk, guard::Peer, handles};

/// How long a client may leave an answer unread.
const ANSWER: Duration = Duration::from_secs(30);

/// What a listener allows.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Connections open at once; further ones wait in the system's queue.
    pub connections: usize,
    /// For the head of a request, and between two requests of one connection.
    pub header: Duration,
    /// For what is under way at the end.
    pub drain: Duration,
}

/// Takes the address.
///
/// # Errors
/// One line that says what to do about it.
pub async fn bind(address: std::net::SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: is another house running there? Set LEPTOS_SITE_ADDR or HJARNTORGET__TELEMETRY__ADDRESS")
    })
}

/// Serves `router` on `listener` until `stop`, then lets what is under way end.
pub async fn serve(listener: TcpListener, router: Router, patience: Patience, stop: CancellationToken) {
    let places =
        Arc::new(Semaphore::new(patience.connections.min(handles::room()).min(Semaphore::MAX_PERMITS)));
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(patience.header);
    while let Some((stream, place)) = next(&listener, &places, &stop).await {
        let Ok(peer) = stream.peer_addr() else { continue };
        let peer = Peer(peer.ip());
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            router.clone().oneshot(request.map(Body::new))
        });
        let connection =
            graceful.watch(builder.serve_connection(TokioIo::new(Brisk::new(stream, ANSWER)), service));
        tokio::spawn(async move {
            // A connection that breaks concerns nobody but its client.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(patience.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still under way at the end");
    }
}

/// The next connection and its place; none once the house closes.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await.ok()?;
            Some((listener.accept().await, place))
        };
        let (accepted, place) = tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            accepted = accepted => accepted?,
        };
        match accepted {
            Ok((stream, _)) => {
                // Answers are written whole; waiting to fill a packet only delays them.
                let _ = stream.set_nodelay(true);
                return Some((stream, place));
            }
            // Out of file descriptors, or a client that left before it was greeted: the next may fare better.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
