"""Where help is: areas inside areas, such as a district in a province. The map is drawn from their outlines or middles."""

from django.db import models

from helpline.core.privacy.references import new_opaque


class Area(models.Model):
    """A stretch of country with a name that people use. `outline`: rings of [longitude, latitude] in degrees, or empty.

    `code` is short and stays; spreadsheets and programs name an area by it.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)  # of its middle, in degrees
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    outline = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
