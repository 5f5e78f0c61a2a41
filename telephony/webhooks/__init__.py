"""What the gateway calls: signature checked, fields parsed, one service called, TwiML answered."""
