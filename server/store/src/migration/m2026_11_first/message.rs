//! Messages inside the service.

use crate::migration::table::Table;

pub(super) fn tables() -> Vec<Table> {
    vec![
        Table::new("message")
            .text("id")
            .text("account_id")
            .text_or_null("pupil_id")
            .text_or_null("notice_id")
            .text("kind")
            .blob("body")
            .integer("created_at")
            .integer("changed_at")
            .integer_or_null("read_at")
            .integer_or_null("acknowledged_at")
            .key(&["id"])
            .belongs_to("account_id", "account", "id")
            .belongs_to("pupil_id", "pupil", "id")
            .unique(&["notice_id"])
            .index(&["account_id", "changed_at"])
            .index(&["created_at"]),
    ]
}
