import { useEffect, useState } from 'react';
import { PluginExtensionPoints, type PluginExtensionAddedLinkConfig } from '@grafana/data';
import { Button, Input, Modal } from '@grafana/ui';

interface Props {
  readonly links: readonly PluginExtensionAddedLinkConfig[];
}

/**
 * The plugin's entries of Grafana's command palette, performed as Grafana performs them: by `onClick` alone. What has
 * only a `path` does nothing.
 */
export function CommandPalette({ links }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [search, setSearch] = useState('');
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  const entries = links.filter(isOffered).filter(({ title }) => title.toLowerCase().includes(search.toLowerCase()));
  function perform(entry: PluginExtensionAddedLinkConfig | undefined) {
    if (!entry) return;
    setOpen(false);
    setSearch('');
    entry.onClick?.(undefined, { extensionPointId: PluginExtensionPoints.CommandPalette } as never);
  }

  return (
    <>
      <Button variant="secondary" icon="search" onClick={() => setOpen(true)}>
        Command palette
      </Button>
      {isOpen && (
        <Modal isOpen title="Command palette" onDismiss={() => setOpen(false)}>
          <Input
            autoFocus
            placeholder="Search or jump to…"
            value={search}
            onChange={({ currentTarget }) => setSearch(currentTarget.value)}
            onKeyDown={({ key }) => key === 'Enter' && perform(entries[0])}
          />
          <ul>
            {entries.map((entry) => (
              <li key={entry.title}>
                <Button fill="text" onClick={() => perform(entry)}>
                  {entry.title}
                </Button>
              </li>
            ))}
          </ul>
        </Modal>
      )}
    </>
  );
}

const isOffered = ({ targets, configure }: PluginExtensionAddedLinkConfig) =>
  [targets].flat().includes(PluginExtensionPoints.CommandPalette) && (!configure || configure({}) !== undefined);
