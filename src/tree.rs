//! Where migrations come from: files and folders.
