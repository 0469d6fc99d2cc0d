//! The browser half: wakes the islands up.

// Named so that it is linked: the page's script finds the islands among the exports.
use app as _;

/// Called once by the page's own script. The islands are those of package `app`.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
