"""Pages of one area of a case each. What the pages of the whole desk share is in helpline.core.http."""
