import { expect, lineage, test } from './pages';
import { story } from './story';

test('people say what a dataset is, whose, and what kind of data it holds', async ({ page }) => {
  await page.goto(lineage(story.source));
  const panel = page.getByRole('complementary');
  await panel.getByRole('button', { name: 'Describe it' }).click();
  await panel.getByRole('textbox', { name: 'Description' }).fill('Sales as the till writes them.');
  await panel.getByRole('textbox', { name: 'Your name' }).fill('ada');
  await panel.getByRole('button', { name: 'Save' }).click();
  await expect(panel.getByText('Sales as the till writes them.')).toBeVisible();
  await expect(panel.getByText(/written by ada/)).toBeVisible();

  await panel.getByRole('button', { name: 'Add a tag' }).click();
  await panel.getByRole('textbox', { name: 'Tag' }).fill('till');
  await expect(panel.getByRole('textbox', { name: 'Your name' })).toHaveValue('ada');
  await panel.getByRole('textbox', { name: 'Tag' }).press('Enter');
  const tags = panel.getByRole('list', { name: 'Tags' });
  await expect(tags).toContainText('till');
  await panel.getByRole('button', { name: 'Add an owner' }).click();
  await panel.getByRole('textbox', { name: /^Owner/ }).fill('team:tills');
  await panel.getByRole('textbox', { name: /^Owner/ }).press('Enter');
  await expect(panel.getByRole('list', { name: 'Owners' })).toContainText('team:tills');

  await page.reload();
  await expect(tags).toContainText('till');
  await tags.getByRole('button', { name: 'Take off the tag till' }).click();
  await expect(tags).not.toContainText('till');
});
