//! From what a policy gives to a finding.
