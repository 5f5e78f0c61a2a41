"""Take past cases over from a spreadsheet: looked at first, every mistake told by its line, and all or nothing."""
