/** Grafana's dialogs, whose content also works in the frontend sandbox. Nothing else opens one. */
import type { ComponentProps } from 'react';
import {
  ConfirmModal as GrafanaConfirmModal,
  Drawer as GrafanaDrawer,
  Modal as GrafanaModal,
  type ConfirmModalProps,
} from '@grafana/ui';
import { SandboxRoot } from './SandboxRoot.tsx';

function OwnModal({ children, ...props }: ComponentProps<typeof GrafanaModal>) {
  return (
    <GrafanaModal {...props}>
      <SandboxRoot>{children}</SandboxRoot>
    </GrafanaModal>
  );
}

export const Modal = Object.assign(OwnModal, { ButtonRow: GrafanaModal.ButtonRow });

export function ConfirmModal({ body, ...props }: ConfirmModalProps) {
  return <GrafanaConfirmModal {...props} body={<SandboxRoot>{body}</SandboxRoot>} />;
}

export function Drawer({ children, ...props }: ComponentProps<typeof GrafanaDrawer>) {
  return (
    <GrafanaDrawer {...props}>
      <SandboxRoot>{children}</SandboxRoot>
    </GrafanaDrawer>
  );
}
