//! Absences, and how guardians want to hear of them.

use crate::migration::table::Table;

pub(super) fn tables() -> Vec<Table> {
    vec![
        Table::new("absence")
            .text("id")
            .text("register_id")
            .text("resource")
            .text("pupil_id")
            .text_or_null("unit_id")
            .text_or_null("lesson_id")
            .text_or_null("lesson")
            .text("kind")
            .integer("start_at")
            .integer("end_at")
            .integer("valid_minutes")
            .integer("invalid_minutes")
            .text("state")
            .integer("modified_at")
            .integer("seen_at")
            .integer_or_null("due_at")
            .integer_or_null("told_at")
            .key(&["id"])
            .belongs_to("pupil_id", "pupil", "id")
            .references("unit_id", "unit", "id")
            .unique(&["register_id"])
            .index(&["pupil_id", "start_at"])
            .index(&["told_at", "due_at"]),
        Table::new("notice_choice")
            .text("account_id")
            .text("pupil_id")
            .integer("mail")
            .integer("pim")
            .integer("sms")
            .integer("valid_too")
            .integer("version")
            .integer("updated_at")
            .key(&["account_id", "pupil_id"])
            .belongs_to("account_id", "account", "id")
            .belongs_to("pupil_id", "pupil", "id"),
    ]
}
