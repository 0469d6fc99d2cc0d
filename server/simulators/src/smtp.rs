//! Not yet served.

use crate::State;
use std::sync::Arc;
use tokio::net::TcpListener;

pub(crate) async fn serve(_listener: TcpListener, state: Arc<State>) {
    state.closing.cancelled().await;
}
