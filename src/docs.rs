//! All that follows from the rule table: pages, explain, the config schema.
