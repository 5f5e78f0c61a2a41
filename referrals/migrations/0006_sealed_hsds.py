"""What HSDS said of people, places and numbers is sealed, like our own columns of them. Nothing was taken in before."""

from django.db import migrations, models

import helpline.core.privacy.fields
import helpline.core.privacy.references


def _sealed(name: str) -> list[migrations.operations.base.Operation]:
    return [
        migrations.RemoveField(model_name=name, name="hsds"),
        migrations.AddField(
            model_name=name, name="hsds", field=helpline.core.privacy.fields.SealedJSON(blank=True, null=True)
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0005_vetting_signed_and_told")]

    operations = [
        *_sealed("phone"),
        *_sealed("place"),
        *_sealed("providerperson"),
        migrations.RunSQL("DELETE FROM referrals_hsdsrow", migrations.RunSQL.noop),
        migrations.RemoveField(model_name="hsdsrow", name="row"),
        migrations.AddField(
            model_name="hsdsrow", name="row", field=helpline.core.privacy.fields.SealedJSON(), preserve_default=False
        ),
        migrations.AddField(
            model_name="hsdsrow",
            name="ref",
            field=models.CharField(
                default=helpline.core.privacy.references.new_opaque, editable=False, max_length=24, unique=True
            ),
        ),
    ]
