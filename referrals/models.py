"""Providers and referrals. They come with the directory; nothing is kept here yet."""
